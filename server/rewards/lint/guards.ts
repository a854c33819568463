/** Whether code has looked at something before it uses it: what is asked in a condition of the function counts, wherever it stands. */
import type { LintContext } from "./context";
import { allNodes, functionAround, textOf, type Node, type Syntax } from "./syntax";

interface Condition {
  readonly node: Node;
  /** Texts of what it asks about. */
  readonly asked: ReadonlySet<string>;
}

const known = new WeakMap<Syntax, Map<Node, readonly Condition[]>>();

/** Conditions of the function around a node, and of the functions around that: tests of `if`, `? :`, loops, and the left sides of `&&` and `||`. `??` asks only whether it is there. */
function conditionsAround({ syntax }: LintContext, node: Node): readonly Condition[] {
  let outermost: Node | null = null;
  for (let at = functionAround(syntax, node); at !== null; at = functionAround(syntax, at)) outermost = at;
  const scope = outermost ?? syntax.program;
  const byScope = known.get(syntax) ?? new Map<Node, readonly Condition[]>();
  known.set(syntax, byScope);
  const found = byScope.get(scope) ?? conditionsIn(syntax, scope);
  byScope.set(scope, found);
  return found;
}

function conditionsIn(syntax: Syntax, scope: Node): Condition[] {
  const conditions: Node[] = [];
  for (const one of allNodes(scope)) {
    if (
      one.type === "IfStatement" ||
      one.type === "ConditionalExpression" ||
      one.type === "WhileStatement" ||
      one.type === "ForStatement"
    ) {
      if (one.test) conditions.push(one.test);
    } else if (one.type === "LogicalExpression" && one.operator !== "??") conditions.push(one.left);
  }
  return conditions.map((node) => ({ node, asked: new Set(allNodes(node).map((inner) => textOf(syntax, inner))) }));
}

/** Whether a condition that is not the expression itself asks about any of these texts of code. */
export function isAskedAbout(context: LintContext, node: Node, texts: readonly string[]): boolean {
  return conditionsAround(context, node).some(({ node: condition, asked }) => {
    // A condition that holds the use itself asks nothing before it.
    if (condition.start! <= node.start! && node.end! <= condition.end!) return false;
    return texts.some((text) => asked.has(text));
  });
}
