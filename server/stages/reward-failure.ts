/** When rewards have failed so far that nothing can be learned from what they say: the run pauses, whatever `max_reward_errors` is. */
import type { MetricsRow } from "../protocol/metrics";
import type { RewardOutcome } from "../protocol/traces";
import { plural } from "../shared/plural";
import { mendRewards, RewardsFailed } from "./context";

/** `[samples]` by name of the reward function. */
export type OutcomesByName = Readonly<Record<string, readonly RewardOutcome[]>>;

export type ErrorOutcome = Extract<RewardOutcome, { kind: "error" }>;

const errorsIn = (samples: readonly RewardOutcome[]): ErrorOutcome[] =>
  samples.flatMap((outcome) => (outcome.kind === "error" ? [outcome] : []));

/** Errors of all functions together. */
export const errorCount = (outcomes: OutcomesByName): number => errorsIn(Object.values(outcomes).flat()).length;

/** `correct at r.reward.ts:5: TypeError: …`, of the first error of the functions in their order; null without one. */
export function firstError(outcomes: OutcomesByName): string | null {
  for (const [name, samples] of Object.entries(outcomes)) {
    const [first] = errorsIn(samples);
    if (!first) continue;
    const at = first.file === null ? "" : ` at ${first.file}${first.line === null ? "" : `:${first.line}`}`;
    return `${name}${at}: ${first.message}`;
  }
  return null;
}

/**
 * Why no sample of these can be used; null: some can. Either no sample has a valid reward, or one function failed on every sample that it was to
 * score: then what is left was scored by other rewards than the recipe asks for.
 *
 * @param rewards `[samples]` the weighted sums; null where there is none.
 * @param samples what they are called: `samples of step 3`.
 */
export function rewardFailure(
  outcomes: OutcomesByName,
  rewards: readonly (number | null)[],
  samples: string,
): string | null {
  const first = firstError(outcomes);
  if (rewards.every((reward) => reward === null)) {
    const none = `none of the ${rewards.length} ${samples} has a valid reward`;
    return first === null
      ? `${none}: every reward said null, or is for other prompts ("prompts" of the recipe).`
      : `${none}: ${errorCount(outcomes)} reward errors. The first: ${first.replace(/\.?$/, ".")}`;
  }
  for (const [name, said] of Object.entries(outcomes)) {
    const errors = errorsIn(said).length;
    if (errors === 0 || said.some(({ kind }) => kind === "score")) continue;
    return `${name} failed on all ${errors} ${samples} that it was to score. The first: ${firstError({ [name]: said })!.replace(/\.?$/, ".")}`;
  }
  return null;
}

/** Pauses the run where {@link rewardFailure} says why because of errors: rewards that only say null may mean it. */
export function pauseWithoutRewards(
  stage: string,
  outcomes: OutcomesByName,
  rewards: readonly (number | null)[],
  samples: string,
): void {
  if (errorCount(outcomes) === 0) return;
  const failure = rewardFailure(outcomes, rewards, samples);
  if (failure !== null) throw new RewardsFailed(`Stage ${stage}: ${failure}`, mendRewards);
}

/** Errors by function, of those that had any. */
export function errorsByFunction(outcomes: OutcomesByName): Record<string, number> {
  const counts = Object.entries(outcomes).map(([name, samples]) => [name, errorsIn(samples).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** `12 reward errors (correct 8, judge 4)` of several counts by function; null without any. */
export function errorText(counts: readonly Readonly<Record<string, number>>[]): string | null {
  const sums = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => Object.entries(each)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  const all = [...sums.values()].reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  return `${plural(all, "reward error")} (${[...sums].map(([name, count]) => `${name} ${count}`).join(", ")})`;
}

const errorMetric = /^verifier\/(.+)\/errors$/;

/** Errors by function as metrics of a step; functions without any have none. */
export const errorMetrics = (outcomes: OutcomesByName): Record<string, number> =>
  Object.fromEntries(
    Object.entries(errorsByFunction(outcomes)).map(([name, count]) => [`verifier/${name}/errors`, count]),
  );

/** What the rows of a stage say of its errors, whichever resumes made them; null: there were none. */
export function stageErrorNote(rows: readonly MetricsRow[], stage: string): string | null {
  const newest = new Map(
    rows.filter((row) => row.stage === stage && "verifier/errors" in row).map((row) => [row.step, row]),
  );
  const steps = [...newest.values()].map((row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([key, value]): [string, number][] => {
        const name = errorMetric.exec(key)?.[1];
        return name === undefined || typeof value !== "number" ? [] : [[name, value]];
      }),
    ),
  );
  const text = errorText(steps);
  const failing = steps.filter((errors) => Object.keys(errors).length > 0).length;
  return text && `${text} in ${failing} of ${steps.length} steps: their samples were left out`;
}
