/** What came of a re-scoring, as tables. */
import type { BeforeAndAfter, RescoredCounts, Rescoring } from "../protocol/rescore";
import { rewardErrorText } from "../protocol/traces";
import { plural } from "../shared/plural";
import { tableText } from "./report";

/** Steps that the table has, the newest; `--json` has all. */
const mostSteps = 30;

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3));
const means = ({ old, new: next, rank }: BeforeAndAfter): string[] => [shown(old), shown(next), shown(rank)];
const counts = ({ total, signChanges, gained, lost, errors }: RescoredCounts): string[] => [
  ...means(total),
  signChanges === null ? "–" : String(signChanges),
  String(gained),
  String(lost),
  String(errors),
];

export function rescoringText({ names, steps, all, changed, firstError, seconds, notes }: Rescoring): string {
  const newest = steps.slice(-mostSteps);
  const stages = new Set(steps.map(({ stage }) => stage));
  return [
    `Re-scored ${plural(all.samples, "rollout")} of ${plural(steps.length, "step")} with ${names.join(", ")} in ${seconds.toFixed(1)} s. ${plural(changed, "sample")} changed.`,
    "",
    tableText([
      ["reward", "old", "new", "rank"],
      ...Object.entries(all.rewards).map(([name, one]) => [name, ...means(one)]),
      ["weighted sum", ...means(all.total)],
    ]),
    "",
    tableText([
      ["step", "old", "new", "rank", "signs changed", "gain signal", "lose signal", "errors"],
      ...newest.map((step) => [stages.size > 1 ? `${step.stage} ${step.step}` : String(step.step), ...counts(step)]),
      ["all", ...counts(all)],
    ]),
    ...(steps.length > newest.length ? ["", `The newest ${mostSteps} steps of ${steps.length}; --json has all.`] : []),
    ...(firstError === null ? [] : ["", `First error: ${rewardErrorText(firstError)}`]),
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ].join("\n");
}
