/** A step whose rollouts were scored again: what training learned from it, beside what it would have. */
import { advantageEstimators, estimateAdvantages } from "../algorithms/advantage-estimators";
import { equalRewards, rewardSums } from "../algorithms/advantages";
import type { BeforeAndAfter, RescoredCounts, RescoredSample } from "../protocol/rescore";
import type { RewardOutcome } from "../protocol/traces";
import type { RewardSpec } from "../recipes/schema";
import type { RlSpec } from "../recipes/stages";
import type { ScoredRollout } from "../runs/trace-scan";
import { punishmentOf, scoresOf } from "../stages/rl/sample-scores";
import { spearman } from "../statistics/spearman";

/** Functions of a step, in the order of its weighted sum. */
export interface StepFunctions {
  /** Rewards of the recipe, then reward models, as traces name them. */
  readonly names: readonly string[];
  /** Of each, and of the soft overlong punishment where there is one. */
  readonly weights: readonly number[];
}

export function stepFunctions(
  names: readonly string[],
  rewards: readonly Pick<RewardSpec, "weight">[],
  stage: RlSpec,
): StepFunctions {
  const models = "reward_models" in stage ? stage.reward_models : [];
  return {
    names: [...names, ...models.map((model) => model.stage)],
    weights: [
      ...rewards.map(({ weight }) => weight),
      ...models.map(({ weight }) => weight),
      ...(stage.soft_punish_cache > 0 ? [1] : []),
    ],
  };
}

type Outcomes = Readonly<Record<string, RewardOutcome>>;
const missing: RewardOutcome = { kind: "not-applicable" };

/** What training makes of outcomes. */
interface Learned {
  /** `[samples]` */
  readonly rewards: readonly (number | null)[];
  /** `[samples]`; null: the estimator needs more than rewards. */
  readonly advantages: readonly number[] | null;
  /** `[groups]` */
  readonly equal: readonly boolean[];
}

const isEstimator = (name: string): name is (typeof advantageEstimators)[number] =>
  advantageEstimators.some((known) => known === name);

/** Estimators that look at the tokens of completions. Of the others each token has the advantage of its completion, which one of them tells. */
const byTokens: ReadonlySet<string> = new Set(["reinforce_plus_plus", "reinforce_plus_plus_baseline", "opo"]);

function learned(
  outcomes: readonly Outcomes[],
  lengths: readonly number[],
  { names, weights }: StepFunctions,
  stage: RlSpec,
): Learned {
  const scores = outcomes.map((said, sample) => {
    const own = scoresOf(names.map((name) => said[name] ?? missing));
    return stage.soft_punish_cache > 0 ? [...own, punishmentOf(stage, lengths[sample]!, own)] : own;
  });
  const rewards = rewardSums(scores, weights);
  const size = stage.num_generations;
  const equal = equalRewards(rewards, size);
  const { advantage_estimator } = stage;
  if (!isEstimator(advantage_estimator) || rewards.length % size !== 0) return { rewards, advantages: null, equal };
  // Groups that teach nothing are drawn anew by dynamic sampling: they take no part.
  const chosen = rewards.flatMap((_, sample) =>
    stage.dynamic_sampling && equal[Math.floor(sample / size)] ? [] : [sample],
  );
  const { perSample } = estimateAdvantages(
    chosen.map((sample) => rewards[sample]!),
    {
      scores: chosen.map((sample) => scores[sample]!),
      weights,
      lengths: chosen.map((sample) => (byTokens.has(advantage_estimator) ? lengths[sample]! : 1)),
      penalties: null,
    },
    { ...stage, advantage_estimator },
  );
  const advantages = rewards.map(() => 0);
  for (const [index, sample] of chosen.entries()) advantages[sample] = perSample[index]!;
  return { rewards, advantages, equal };
}

const meanOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

export type Pair = readonly [old: number | null, next: number | null];

export function beforeAndAfter(pairs: readonly Pair[]): BeforeAndAfter {
  const both = pairs.filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
  return {
    old: meanOf(pairs.map(([old]) => old)),
    new: meanOf(pairs.map(([, next]) => next)),
    rank: spearman(
      both.map(([old]) => old),
      both.map(([, next]) => next),
    ),
  };
}

export interface RescoredOfStep {
  readonly counts: RescoredCounts;
  /** Of all samples: what {@link RescoredCounts} are made of. */
  readonly totals: readonly Pair[];
  readonly byReward: Readonly<Record<string, readonly Pair[]>>;
  /** Samples of which anything changed. */
  readonly changed: readonly RescoredSample[];
  readonly firstError: Extract<RewardOutcome, { kind: "error" }> | null;
}

const scoreOf = (outcome: RewardOutcome): number | null => (outcome.kind === "score" ? outcome.score : null);

/** Whether a sample got something else than before, rounding aside. */
const differs = (old: number | null, next: number | null): boolean =>
  old === null || next === null ? old !== next : Math.abs(old - next) > 1e-9;

/** Whether an advantage is of the other sign; rounding is none. */
export const signChanged = (old: number | null, next: number | null): boolean =>
  old !== null && next !== null && Math.abs(old) > 1e-9 && Math.abs(next) > 1e-9 && old > 0 !== next > 0;

/** `again`: `[samples]` what the rewards with these names say now; the others are taken as they were recorded. */
export function rescoredStep(
  {
    stage,
    step,
    rollouts,
  }: { readonly stage: RlSpec; readonly step: number; readonly rollouts: readonly ScoredRollout[] },
  functions: StepFunctions,
  again: readonly Outcomes[],
): RescoredOfStep {
  const lengths = rollouts.map(({ tokens }) => tokens.byteLength / 4);
  const names = Object.keys(again[0] ?? {});
  const old = learned(
    rollouts.map(({ rewards }) => rewards),
    lengths,
    functions,
    stage,
  );
  const next = learned(
    rollouts.map(({ rewards }, sample) => ({ ...rewards, ...again[sample]! })),
    lengths,
    functions,
    stage,
  );
  const totals = rollouts.map((_, sample): Pair => [old.rewards[sample]!, next.rewards[sample]!]);
  const recorded = ({ rewards }: ScoredRollout, name: string): RewardOutcome => rewards[name] ?? missing;
  const byReward = Object.fromEntries(
    names.map((name) => [
      name,
      rollouts.map((rollout, sample): Pair => [scoreOf(recorded(rollout, name)), scoreOf(again[sample]![name]!)]),
    ]),
  );
  const advantages = rollouts.map((_, sample): Pair => [
    old.advantages?.[sample] ?? null,
    next.advantages?.[sample] ?? null,
  ]);
  const changed = rollouts.flatMap((rollout, sample): RescoredSample[] => {
    const [[before, after], [oldAdvantage, newAdvantage]] = [totals[sample]!, advantages[sample]!];
    if (
      !differs(before, after) &&
      !differs(oldAdvantage, newAdvantage) &&
      !names.some((name) => differs(...byReward[name]![sample]!))
    )
      return [];
    const { group, sample: place, prompt, completion, answer } = rollout;
    const outcomes = Object.fromEntries(
      names.map((name) => [name, { old: recorded(rollout, name), new: again[sample]![name]! }]),
    );
    const at = { stage: stage.name, step, group, sample: place };
    return [{ ...at, prompt, completion, answer, old: before, new: after, oldAdvantage, newAdvantage, outcomes }];
  });
  const errors = again.map((said) => Object.values(said).find(({ kind }) => kind === "error"));
  const firstError = errors.find((error) => error !== undefined);
  return {
    counts: {
      samples: rollouts.length,
      groups: old.equal.length,
      total: beforeAndAfter(totals),
      rewards: Object.fromEntries(names.map((name) => [name, beforeAndAfter(byReward[name]!)])),
      signChanges:
        old.advantages === null || next.advantages === null
          ? null
          : advantages.filter(([before, after]) => signChanged(before, after)).length,
      gained: old.equal.filter((equal, group) => equal && !next.equal[group]!).length,
      lost: old.equal.filter((equal, group) => !equal && next.equal[group]!).length,
      errors: errors.filter((error) => error !== undefined).length,
    },
    totals,
    byReward,
    changed,
    firstError: firstError?.kind === "error" ? firstError : null,
  };
}
