/** Has one reward score groups, in as many processes one after the other as that takes: what hangs or ends its process costs its own groups only. */
import type { ScoreGroup } from "../../protocol/rewards";
import type { RewardOutcome } from "../../protocol/traces";
import { covered, type Span } from "../../rewards/spans";
import { mostTries } from "../killed-by-others";
import type { RewardChild } from "./reward-child";
import type { RewardPlaceOf } from "./score-groups";

/** A reward that is loaded. */
export interface RewardProcess {
  /** Its process, a new one where the last has ended. Throws an Error for people when it does not load any more. */
  living(): Promise<RewardChild>;
  /** Its process as it is; null where it has ended. */
  now(): RewardChild | null;
  kill(): void;
}

export interface ScoreRewardOptions {
  /** Whether the reward is for a group. */
  readonly isFor: (group: ScoreGroup) => boolean;
  /** Seconds that the calls of one group may run. */
  readonly timeout: number;
  /** Groups that it may lose before those that it has yet to score count as errors. */
  readonly patience: number;
  readonly errorOf: (message: string, place?: RewardPlaceOf) => RewardOutcome;
  /** What is kept of an outcome. */
  readonly placed: (outcome: RewardOutcome) => RewardOutcome;
  /** Told of each group once it is known what comes of it; `milliseconds` in which its calls ran, null where that is not known. */
  readonly heard?: (group: number, outcomes: readonly RewardOutcome[], milliseconds: number | null) => void;
}

export interface ScoredReward {
  /** `[groups][samples]`. */
  readonly outcomes: RewardOutcome[][];
  /** In which calls of it ran. */
  readonly milliseconds: number;
  /** Of each sample that a call scored, in no order. */
  readonly times: readonly number[];
}

export async function scoreReward(
  process: RewardProcess,
  groups: readonly ScoreGroup[],
  { isFor, timeout, patience, errorOf, placed, heard }: ScoreRewardOptions,
): Promise<ScoredReward> {
  const outcomes = groups.map((group): RewardOutcome[] | null =>
    isFor(group) ? null : group.completions.map(() => ({ kind: "not-applicable" })),
  );
  const open = (): number[] => outcomes.flatMap((outcome, group) => (outcome === null ? [group] : []));
  const failed = (group: number, message: string, place?: RewardPlaceOf, timedOut?: true): void => {
    const said = errorOf(message, place);
    const error = said.kind === "error" && timedOut ? { ...said, timedOut } : said;
    outcomes[group] = groups[group]!.completions.map(() => error);
    heard?.(group, outcomes[group], null);
  };
  for (const [group, known] of outcomes.entries()) if (known) heard?.(group, known, 0);
  let suspects: number[] = [];
  /** Times that a group was scored alone, in a process that somebody else ended. */
  const tries = new Map<number, number>();
  let lost = 0;
  let milliseconds = 0;
  const times: number[] = [];
  for (;;) {
    const alone = suspects.shift();
    const places = alone === undefined ? open() : [alone];
    if (places.length === 0) break;
    const child = await process.living();
    const spans: Span[] = [];
    await child.score(
      places.map((group) => groups[group]!),
      timeout,
      (at, result) => {
        const group = places[at]!;
        const tried = (tries.get(group) ?? 0) + (alone === undefined ? 0 : 1);
        tries.set(group, tried);
        if (result.kind === "suspect" && tried < mostTries) suspects.push(group);
        else if (result.kind === "scored") {
          outcomes[group] = result.outcomes.map(placed);
          spans.push(result);
          for (const time of result.times) times.push(time);
          heard?.(group, outcomes[group], result.milliseconds);
        } else {
          failed(group, result.message, result.kind === "lost" ? result.place : undefined, result.timedOut);
          lost++;
        }
      },
    );
    milliseconds += covered(spans);
    if (lost >= patience)
      for (const group of open())
        failed(group, `was not run any more after ${lost} groups that hung or ended its process`);
    // What was given up needs no trial.
    suspects = suspects.filter((group) => outcomes[group] === null);
  }
  return { outcomes: outcomes.map((outcome) => outcome!), milliseconds, times };
}
