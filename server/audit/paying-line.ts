/** The line of a reward that gives a score, as far as its text tells. */
import type { LintContext } from "../rewards/lint/context";
import { readContext } from "../rewards/lint/context";
import { returnedNodes } from "../rewards/lint/kinds";
import { plain, type Node } from "../rewards/lint/syntax";

/** Lines, from 1, of the numbers that are returned as they are written. */
function constants(value: Node): { readonly score: number; readonly line: number }[] {
  const node = plain(value);
  const line = node.loc?.start.line ?? 1;
  if (node.type === "NumericLiteral") return [{ score: node.value, line }];
  if (node.type === "UnaryExpression" && node.operator === "-" && node.argument.type === "NumericLiteral")
    return [{ score: -node.argument.value, line }];
  if (node.type === "ConditionalExpression") return [...constants(node.consequent), ...constants(node.alternate)];
  return [];
}

/** The one line that returns this score, else that of the export; 1 for one that is not there. */
export function payingLine(source: string): (reward: string, score: number | null) => number {
  const context: LintContext | null = readContext(source);
  return (name, score) => {
    const reward = context?.rewards.find((one) => one.name === name);
    if (!reward) return 1;
    const paid = returnedNodes(reward.function)
      .flatMap(({ value }) => (value ? constants(value) : []))
      .filter((one) => one.score === score);
    const lines = new Set(paid.map(({ line }) => line));
    return lines.size === 1 ? [...lines][0]! : reward.line;
  };
}
