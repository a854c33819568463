/** The tables of `docs/reward-rules.md`, made from the rules themselves. */
import { markdownTable } from "../../shared/markdown-table";
import { ruleIds, ruleOf, type RuleId } from "./rules";

const from = { text: "the text", rollouts: "rollouts", "a run of it": "a run of it" } as const;

function thresholdsText(id: RuleId): string {
  const thresholds = Object.entries(ruleOf(id).thresholds ?? {});
  return thresholds.map(([name, { usual }]) => `\`${name}\` ${usual}`).join(", ");
}

/** Every rule, what it finds, and the numbers that it compares with. */
export const rulesTable = (): string =>
  markdownTable([
    ["rule", "usual", "from", "finds", "thresholds", "seen in"],
    ...ruleIds.map((id) => {
      const { severity, from: source, description, sources } = ruleOf(id);
      return [`\`${id}\``, severity, from[source], description, thresholdsText(id), sources.join(", ")];
    }),
  ]);
