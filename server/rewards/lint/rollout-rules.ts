/** What the newest rollouts of a run say of its rewards. Numbers alone: nothing is executed. */
import { spearman } from "../../statistics/spearman";
import type { RewardRemark, SamplePlace } from "./finding";
import type { DeclaredRange } from "./range";
import type { RuleSettings } from "./rule-settings";

/** A rollout as its rewards scored it. */
export interface ScoredRollout {
  readonly place: SamplePlace;
  /** By the names that the run knows rewards by; null: no score. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** The weighted sum. */
  readonly total: number | null;
  readonly advantage: number | null;
  readonly correct: 0 | 1 | null;
  /** Tokens. */
  readonly length: number;
}

/** A step of the run's metrics. */
export interface StepNumbers {
  readonly step: number;
  /** Means of rewards, by name. */
  readonly means: Readonly<Record<string, number>>;
  /** On held-out prompts, in [0, 1]; null: not measured at this step. */
  readonly pass: number | null;
}

export interface RolloutData {
  readonly rollouts: readonly ScoredRollout[];
  /** Of the stage that the rollouts are of, in order. */
  readonly history: readonly StepNumbers[];
  /** Rewards of the file: the export, and the name by which the run knows it. */
  readonly names: ReadonlyMap<string, string>;
  /** Weights of all rewards of the recipe, by name. */
  readonly weights: ReadonlyMap<string, number>;
  /** What rewards of the file declare, by their export. */
  readonly ranges: ReadonlyMap<string, DeclaredRange>;
}

const close = 1e-9;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const rounded = (value: number): string => String(Math.round(value * 1e4) / 1e4);
const percent = (share: number): string => `${Math.round(share * 100)} %`;

const groupKey = ({ place: { stage, step, purpose, group } }: ScoredRollout): string =>
  `${stage} ${step} ${purpose} ${group}`;

interface Group {
  readonly rollouts: readonly ScoredRollout[];
}

const scoreIn =
  (name: string) =>
  ({ scores }: ScoredRollout): number[] => {
    const score = scores[name];
    return score === null || score === undefined ? [] : [score];
  };

/** Pearson's correlation within groups: what one sample has more than its siblings. Null where one side never differs. */
function within(
  groups: readonly Group[],
  left: (rollout: ScoredRollout) => number | null,
  right: (rollout: ScoredRollout) => number | null,
): number | null {
  let [product, squareA, squareB] = [0, 0, 0];
  for (const { rollouts } of groups) {
    const pairs = rollouts.flatMap((rollout) => {
      const [a, b] = [left(rollout), right(rollout)];
      return a === null || b === null ? [] : [[a, b] as const];
    });
    if (pairs.length < 2) continue;
    const [meanA, meanB] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))];
    for (const [a, b] of pairs) {
      product += (a - meanA) * (b - meanB);
      squareA += (a - meanA) ** 2;
      squareB += (b - meanB) ** 2;
    }
  }
  return squareA < close || squareB < close ? null : product / Math.sqrt(squareA * squareB);
}

export function rolloutRemarks(data: RolloutData, settings: RuleSettings): RewardRemark[] {
  const groups = [...Map.groupBy(data.rollouts, groupKey).values()].map((rollouts): Group => ({ rollouts }));
  return [...data.names].flatMap(([reward, name]) => {
    const of = scoreIn(name);
    const scored = data.rollouts.filter((rollout) => of(rollout).length > 0);
    if (scored.length === 0) return [];
    const own: Own = { reward, name, of, scored, groups, data, settings };
    const flat = constant(own);
    return [
      ...outside(own),
      ...flat,
      ...cancelling(own),
      ...dominating(own),
      ...rising(own),
      ...(flat.length > 0 ? [] : atCeiling(own)),
      ...followingLength(own),
    ];
  });
}

interface Own {
  readonly reward: string;
  readonly name: string;
  readonly of: (rollout: ScoredRollout) => number[];
  readonly scored: readonly ScoredRollout[];
  readonly groups: readonly Group[];
  readonly data: RolloutData;
  readonly settings: RuleSettings;
}

const placeText = ({ place: { stage, step, group, sample } }: ScoredRollout): string =>
  `${stage} step ${step}, group ${group}, sample ${sample}`;

function outside({ reward, of, scored, data }: Own): RewardRemark[] {
  const range = data.ranges.get(reward);
  if (!range) return [];
  const found = scored.filter((rollout) =>
    of(rollout).some((score) => score < range.low - close || score > range.high + close),
  );
  const [first] = found;
  return first
    ? [
        {
          rule: "out-of-range",
          reward,
          message: `${reward} declares @range [${range.low}, ${range.high}] and gave ${rounded(of(first)[0]!)} (${placeText(first)}), and so did ${found.length} of the newest ${scored.length} rollouts.`,
          sample: first.place,
        },
      ]
    : [];
}

function constant({ reward, of, groups, settings }: Own): RewardRemark[] {
  const scored = groups
    .map(({ rollouts }) => rollouts.filter((rollout) => of(rollout).length > 0))
    .filter((rollouts) => rollouts.length > 1);
  if (scored.length < settings.threshold("constant-in-groups", "groups")) return [];
  if (scored.some((rollouts) => spread(rollouts.flatMap(of)) > close)) return [];
  const [first] = scored[0]!;
  return [
    {
      rule: "constant-in-groups",
      reward,
      message: `${reward} gave all samples the same in each of the newest ${scored.length} groups (${rounded(of(first!)[0]!)} in the group of ${placeText(first!)}): it changes no advantage.`,
      sample: first!.place,
    },
  ];
}

function cancelling({ reward, name, groups, data, settings }: Own): RewardRemark[] {
  const weight = data.weights.get(name) ?? 0;
  if (weight === 0 || data.weights.size < 2) return [];
  const varied = groups.filter(({ rollouts }) => {
    const scores = rollouts.flatMap(scoreIn(name));
    return scores.length > 1 && spread(scores) * Math.abs(weight) > 1e-6;
  });
  if (varied.length < 2) return [];
  const cancelled = varied.filter(({ rollouts }) => {
    const totals = rollouts.flatMap(({ total }) => (total === null ? [] : [total]));
    return totals.length > 1 && spread(totals) < 1e-6;
  });
  if (cancelled.length / varied.length < settings.threshold("rewards-cancel", "share")) return [];
  const [first] = cancelled[0]!.rollouts;
  return [
    {
      rule: "rewards-cancel",
      reward,
      message: `In ${cancelled.length} of ${varied.length} groups the samples differ in ${reward} and not in the weighted sum: another reward takes away what it gives (${placeText(first!)}). Nothing is learnt from those groups.`,
      sample: first!.place,
    },
  ];
}

/** Whether a reward goes with being correct, within groups. */
const correctness = (groups: readonly Group[], name: string): number | null =>
  within(
    groups,
    (rollout) => scoreIn(name)(rollout)[0] ?? null,
    ({ correct }) => correct,
  );

function dominating({ reward, name, groups, data, settings, scored }: Own): RewardRemark[] {
  if (data.weights.size < 2 || scored.length < 16) return [];
  const limit = settings.threshold("dominates-advantage", "correlation");
  const advantage = within(
    groups,
    (rollout) => scoreIn(name)(rollout)[0] ?? null,
    (rollout) => rollout.advantage,
  );
  if (advantage === null || Math.abs(advantage) < limit) return [];
  // Without right and wrong samples in a group nobody can say that being right counts for nothing.
  const right = within(
    groups,
    ({ advantage: one }) => one,
    ({ correct }) => correct,
  );
  const own = correctness(groups, name);
  const others = [...data.weights.keys()].filter((other) => other !== name && (correctness(groups, other) ?? 0) > 0.5);
  if (right === null || right > 0.3 || (own ?? 0) > 0.3 || others.length === 0) return [];
  const worst = scored
    .filter(({ correct, advantage: one }) => correct === 0 && (one ?? 0) > 0)
    .toSorted((a, b) => (b.advantage ?? 0) - (a.advantage ?? 0))[0];
  return worst
    ? [
        {
          rule: "dominates-advantage",
          reward,
          message: `${reward} decides the advantage (correlation ${rounded(advantage)}) against ${others.join(", ")}: a wrong answer got ${rounded(worst.advantage ?? 0)} (${placeText(worst)}). Weigh it less.`,
          sample: worst.place,
        },
      ]
    : [];
}

/** Steps at either end of a stage whose mean is taken. */
const endSteps = 5;

function rising({ reward, name, of, scored, data, settings }: Own): RewardRemark[] {
  const measured = data.history.flatMap(({ pass }) => (pass === null ? [] : [pass]));
  const means = data.history.flatMap(({ means: all }) => (all[name] === undefined ? [] : [all[name]]));
  if (measured.length < 2 || means.length < 2 * endSteps) return [];
  const fall = measured[0]! - measured.at(-1)!;
  const rise = mean(means.slice(-endSteps)) - mean(means.slice(0, endSteps));
  if (
    fall < settings.threshold("rises-while-pass-falls", "points") ||
    rise < settings.threshold("rises-while-pass-falls", "rise")
  )
    return [];
  const worst = scored.filter(({ correct }) => correct === 0).toSorted((a, b) => (of(b)[0] ?? 0) - (of(a)[0] ?? 0))[0];
  return [
    {
      rule: "rises-while-pass-falls",
      reward,
      message: `The mean of ${reward} rose by ${rounded(rise)} over the stage, while held-out pass@1 fell from ${percent(measured[0]!)} to ${percent(measured.at(-1)!)}${worst ? `; ${rounded(of(worst)[0]!)} went to a wrong answer (${placeText(worst)})` : ""}.`,
      sample: worst?.place ?? scored.at(-1)!.place,
    },
  ];
}

function atCeiling({ reward, of, scored, settings }: Own): RewardRemark[] {
  if (scored.length < 16) return [];
  const scores = scored.flatMap(of);
  const highest = Math.max(...scores);
  const share = scores.filter((score) => score >= highest - close).length / scores.length;
  if (highest <= Math.min(...scores) + close || share < settings.threshold("ceiling", "share")) return [];
  const below = scored.find((rollout) => of(rollout)[0]! < highest - close)!;
  return [
    {
      rule: "ceiling",
      reward,
      message: `${percent(share)} of the newest ${scored.length} samples have the highest score, ${rounded(highest)}: ${reward} teaches nothing more. One that has less: ${placeText(below)}.`,
      sample: below.place,
    },
  ];
}

function followingLength({ reward, of, groups, scored, settings }: Own): RewardRemark[] {
  if (scored.length < 32) return [];
  const limit = settings.threshold("follows-length", "correlation");
  const ranked = (fits: (rollout: ScoredRollout) => boolean): number | null => {
    const found = groups.flatMap(({ rollouts }) => {
      const own = rollouts.filter((rollout) => of(rollout).length > 0 && fits(rollout));
      const rank =
        own.length < 3
          ? null
          : spearman(
              own.flatMap(of),
              own.map(({ length }) => length),
            );
      return rank === null ? [] : [rank];
    });
    return found.length < 4 ? null : mean(found);
  };
  const all = ranked(() => true);
  if (all === null || Math.abs(all) < limit) return [];
  // A reward for being right goes with length where right answers are longer: among right ones alone it does not.
  const apart = [ranked(({ correct }) => correct === 1), ranked(({ correct }) => correct === 0)].flatMap(
    (one) => one ?? [],
  );
  if (
    apart.length === 0
      ? scored.some(({ correct }) => correct !== null)
      : apart.some((one) => Math.abs(one) < limit || one > 0 !== all > 0)
  )
    return [];
  const longest = scored.toSorted((a, b) => b.length - a.length)[0]!;
  return [
    {
      rule: "follows-length",
      reward,
      message: `${reward} goes with the length of the completion (rank correlation ${rounded(all)} within groups), among right and wrong ones alike. The longest has ${longest.length} tokens and got ${rounded(of(longest)[0]!)} (${placeText(longest)}).`,
      sample: longest.place,
    },
  ];
}
