/** The samples of a group that a filter asks for stand first: who opens "Refused: unreadable" looks for one sample of many. */
import { dropReasons } from "../../server/protocol/reports";
import type { RolloutSummary, TraceFilter } from "../../server/protocol/traces";

type Tagged = Pick<RolloutSummary, "finishReason" | "tags">;

/** `right` and `wrong` are told by the best reward of the step, of which a group knows nothing: their order stays. */
function matches({ finishReason, tags }: Tagged, show: TraceFilter["show"]): boolean {
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
