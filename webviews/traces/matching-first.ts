/** The samples of a group that a filter asks for stand first: who opens "Refused: unreadable" looks for one sample of many. */
import { dropReasons } from "../../server/protocol/reports";
import type { RolloutSummary, TraceFilter } from "../../server/protocol/traces";

type Tagged = Pick<RolloutSummary, "finishReason" | "tags" | "correct" | "reward" | "rewards">;

/**
 * What is best or high was said of the step or stage, of which a group knows nothing: the samples that could have brought it into the list stand by their
 * reward.
 */
const order: Partial<Record<TraceFilter["show"], (a: number, b: number) => number>> = {
  best: (a, b) => b - a,
  "high-but-wrong": (a, b) => b - a,
  "low-but-right": (a, b) => a - b,
};

function matches({ finishReason, tags, correct, reward, rewards }: Tagged, show: TraceFilter["show"]): boolean {
  if (show === "right" || show === "low-but-right") return correct === 1;
  if (show === "wrong" || show === "high-but-wrong") return correct === 0;
  if (show === "best") return reward !== null;
  if (show === "not-judged") return correct === null;
  if (show === "truncated") return finishReason === "length";
  if (show === "error") return Object.values(rewards).some(({ kind }) => kind === "error");
  if (show === "kept" || show === "refused") return tags[0] === show;
  return (
    dropReasons.some((reason) => reason === show) && tags[0] === "refused" && tags[1]?.startsWith(`${show}: `) === true
  );
}

export function matchingFirst<T extends Tagged>(samples: readonly T[], show: TraceFilter["show"]): T[] {
  const first = samples.filter((sample) => matches(sample, show));
  const compare = order[show];
  if (compare) first.sort((a, b) => compare(a.reward ?? 0, b.reward ?? 0));
  return [...first, ...samples.filter((sample) => !matches(sample, show))];
}
