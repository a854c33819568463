/** Whether code has looked at something before it uses it: what is asked in a condition of the function counts, wherever it stands. */
import type { LintContext } from "./context";
import { allNodes, functionAround, textOf, type Node } from "./syntax";

/** Conditions of the function around a node, and of the functions around that: tests of `if`, `? :`, loops, and the left sides of `&&` and `||`. `??` asks only whether it is there. */
function conditionsAround({ syntax }: LintContext, node: Node): Node[] {
  const conditions: Node[] = [];
  let outermost: Node | null = null;
  for (let at = functionAround(syntax, node); at !== null; at = functionAround(syntax, at)) outermost = at;
  for (const one of allNodes(outermost ?? syntax.program)) {
    if (
      one.type === "IfStatement" ||
      one.type === "ConditionalExpression" ||
      one.type === "WhileStatement" ||
      one.type === "ForStatement"
    ) {
      if (one.test) conditions.push(one.test);
    } else if (one.type === "LogicalExpression" && one.operator !== "??") conditions.push(one.left);
  }
  return conditions;
}

/** Texts of what a condition asks about. */
function askedIn(context: LintContext, condition: Node): Set<string> {
  return new Set(allNodes(condition).map((node) => textOf(context.syntax, node)));
}

/** Whether a condition that is not the expression itself asks about any of these texts of code. */
export function isAskedAbout(context: LintContext, node: Node, texts: readonly string[]): boolean {
  return conditionsAround(context, node).some((condition) => {
    // A condition that holds the use itself asks nothing before it.
    if (condition.start! <= node.start! && node.end! <= condition.end!) return false;
    const asked = askedIn(context, condition);
    return texts.some((text) => asked.has(text));
  });
}
