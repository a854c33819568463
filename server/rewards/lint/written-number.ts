/** Whether a text is one that a regular expression took for a number, so that `Number` reads it. */
import { RegExpParser, type AST } from "@eslint-community/regexpp";
import type { LintContext } from "./context";
import { methodCall, plain, propertyName, type Node } from "./syntax";

const parser = new RegExpParser({ ecmaVersion: 2025 });

/** A group of signs, digits and points, of which one at least must be there. */
const numeric =
  /^\((?:\[[-+]{1,3}\]\??|[-+]\??|\\-\??|\\\+\??)*\(?(?:\?:)?(?:\\d|\[0-9\])[\\d0-9[\]+*{}.,?:()\-^$]*\)$/;

export function isWrittenNumber(context: LintContext, node: Node): boolean {
  const value = plain(node);
  if (value.type === "Identifier") {
    const binding = context.bindings.of(value);
    return binding?.kind === "variable" && binding.value !== null && context.bindings.assigned(binding).length === 0
      ? isWrittenNumber(context, binding.value)
      : false;
  }
  if (value.type !== "MemberExpression" && value.type !== "OptionalMemberExpression") return false;
  const index = Number(propertyName(value) ?? "");
  const source = plain(value.object);
  const match = methodCall(source);
  const expression =
    match?.name === "exec" ? plain(match.object) : match?.name === "match" ? match.arguments[0] : undefined;
  return (
    expression?.type === "RegExpLiteral" &&
    index > 0 &&
    numeric.test(groupOf(expression.pattern, expression.flags, index) ?? "")
  );
}

/** A group's own text in the expression. */
function groupOf(source: string, flags: string, index: number): string | null {
  const groups: string[] = [];
  const visit = (alternatives: readonly AST.Alternative[]): void => {
    for (const { elements } of alternatives)
      for (const element of elements) {
        const inner = element.type === "Quantifier" ? element.element : element;
        if (inner.type === "CapturingGroup") groups.push(inner.raw);
        if (inner.type === "CapturingGroup" || inner.type === "Group") visit(inner.alternatives);
      }
  };
  try {
    visit(parser.parsePattern(source, 0, source.length, { unicode: flags.includes("u") }).alternatives);
  } catch {
    return null;
  }
  return groups[index - 1] ?? null;
}
