/** The samples of a group that a filter asks for stand first: who opens "Refused: unreadable" looks for one sample of many. */
import { dropReasons } from "../../server/protocol/reports";
import type { RolloutSummary, TraceFilter } from "../../server/protocol/traces";

type Tagged = Pick<RolloutSummary, "finishReason" | "tags" | "correct">;

/** Of the rewards of its step or stage a group knows nothing: what is best or high is not told apart beyond the verdict. */
function matches({ finishReason, tags, correct }: Tagged, show: TraceFilter["show"]): boolean {
  if (show === "right" || show === "low-but-right") return correct === 1;
  if (show === "wrong" || show === "high-but-wrong") return correct === 0;
  if (show === "not-judged") return correct === null;
  if (show === "truncated") return finishReason === "length";
  if (show === "kept" || show === "refused") return tags[0] === show;
  return (
    dropReasons.some((reason) => reason === show) && tags[0] === "refused" && tags[1]?.startsWith(`${show}: `) === true
  );
}

export const matchingFirst = <T extends Tagged>(samples: readonly T[], show: TraceFilter["show"]): T[] => [
  ...samples.filter((sample) => matches(sample, show)),
  ...samples.filter((sample) => !matches(sample, show)),
];
