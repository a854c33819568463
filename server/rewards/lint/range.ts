/** The range that a reward declares in its comment: `@range [0, 1]`. */
import type { LintContext, LintedReward } from "./context";
import type { Finding } from "./finding";
import { returnedNodes } from "./kinds";
import { plain, type Node } from "./syntax";

export interface DeclaredRange {
  readonly low: number;
  readonly high: number;
}

const tag = /@range\b[ \t]*(.*)/;
const number = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
const range = new RegExp(`^\\[\\s*(${number})\\s*,\\s*(${number})\\s*\\]`);

/** Comments that stand right above a node, whoever of its statement has them. */
function commentsAbove({ syntax }: LintContext, node: Node): string {
  let statement: Node = node;
  for (let at: Node | null = node; at !== null && at.type !== "Program"; at = syntax.parentOf(at)) statement = at;
  return (statement.leadingComments ?? []).map(({ value }) => value).join("\n");
}

/** Null: it declares none. `problem`: it does, in a way that cannot be read. */
export function declaredRange(
  context: LintContext,
  reward: LintedReward,
): DeclaredRange | { readonly problem: string } | null {
  const found = tag.exec(commentsAbove(context, reward.function));
  if (!found) return null;
  const ends = range.exec(found[1] ?? "");
  const [low, high] = ends ? [Number(ends[1]), Number(ends[2])] : [1, 0];
  return low <= high ? { low, high } : { problem: "Write the range as @range [0, 1], the lower end first." };
}

export function rangeFindings(context: LintContext): Finding[] {
  return context.rewards.flatMap((reward): Finding[] => {
    const declared = declaredRange(context, reward);
    if (declared === null) return [];
    if ("problem" in declared)
      return [
        {
          rule: "out-of-range",
          offset: reward.offset,
          length: reward.length,
          message: declared.problem,
          fixes: [],
          sample: null,
        },
      ];
    return returnedNodes(reward.function)
      .flatMap(({ value }) => (value === null ? [] : constants(value)))
      .flatMap(({ node, value }) =>
        value >= declared.low && value <= declared.high
          ? []
          : [
              {
                rule: "out-of-range" as const,
                offset: node.start ?? 0,
                length: (node.end ?? 0) - (node.start ?? 0),
                message: `${reward.name} returns ${value} here, and declares @range [${declared.low}, ${declared.high}].`,
                fixes: [],
                sample: null,
              },
            ],
      );
  });
}

/** Numbers that stand where a score is returned. */
function constants(value: Node): { readonly node: Node; readonly value: number }[] {
  const node = plain(value);
  if (node.type === "NumericLiteral") return [{ node, value: node.value }];
  if (node.type === "UnaryExpression" && node.operator === "-" && node.argument.type === "NumericLiteral")
    return [{ node, value: -node.argument.value }];
  if (node.type === "ConditionalExpression") return [...constants(node.consequent), ...constants(node.alternate)];
  return [];
}
