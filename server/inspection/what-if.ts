/** What-if: a recorded step as it was learned beside the same with other rewards or settings. */
import type { TraceTokensParams } from "../protocol/editor";
import type { RewardOutcome } from "../protocol/traces";
import type { WhatIf, WhatIfChange, WhatIfSample, WhatIfSetting, WhatIfSettings } from "../protocol/what-if";
import type { TrainedRollout } from "../runs/trace-step";
import { scoresOf } from "../stages/rl/sample-scores";
import { learnAgain, type LearnedStep, type LearnedTokens, type StandIn } from "./learn-again";
import { packed } from "./packed-tokens";
import { printOfStep, readRecordedStep, type RecordedStep } from "./recorded-step";

interface Recorded {
  readonly step: RecordedStep;
  readonly learned: LearnedStep;
}

const settingsOf = ({ stage, functions, beta }: RecordedStep): WhatIfSettings => ({
  scale_rewards: stage.scale_rewards,
  loss_type: stage.loss_type,
  epsilon: stage.epsilon,
  epsilon_high: stage.epsilon_high ?? stage.epsilon,
  beta,
  weights: Object.fromEntries(functions.names.map((name, index) => [name, functions.weights[index]!])),
});

/** The step with what was changed. The soft overlong punishment keeps its weight. */
function changed(
  of: RecordedStep,
  group: number,
  change: WhatIfChange,
): { readonly step: RecordedStep; readonly settings: WhatIfSettings } {
  const before = settingsOf(of);
  const settings: WhatIfSettings = {
    scale_rewards: change.scale_rewards ?? before.scale_rewards,
    loss_type: change.loss_type ?? before.loss_type,
    epsilon: change.epsilon ?? before.epsilon,
    // One that the recipe leaves to `epsilon` goes with it.
    epsilon_high:
      change.epsilon_high ??
      (of.stage.epsilon_high === undefined ? (change.epsilon ?? before.epsilon) : before.epsilon_high),
    beta: change.beta ?? before.beta,
    weights: { ...before.weights },
  };
  for (const name of of.functions.names) {
    const weight = change.weights[name];
    if (weight !== undefined) settings.weights[name] = weight;
  }
  const { scale_rewards, loss_type, epsilon, epsilon_high, beta } = settings;
  const weights = of.functions.weights.map((weight, index) => {
    const name = of.functions.names[index];
    return name === undefined ? weight : settings.weights[name]!;
  });
  const scores = new Map(change.scores.map(({ sample, reward, score }) => [`${sample} ${reward}`, score]));
  const rollouts = of.rollouts.map((rollout): TrainedRollout => {
    if (rollout.group !== group || scores.size === 0) return rollout;
    const rewards = Object.entries(rollout.rewards).map(([name, outcome]): [string, RewardOutcome] => {
      const score = scores.get(`${rollout.sample} ${name}`);
      if (score === undefined) return [name, outcome];
      return [name, score === null ? { kind: "not-applicable" } : { kind: "score", score, extras: {} }];
    });
    return { ...rollout, rewards: Object.fromEntries(rewards) };
  });
  const stage = { ...of.stage, scale_rewards, loss_type, epsilon, epsilon_high, beta };
  return { step: { ...of, stage, beta, rollouts, functions: { ...of.functions, weights } }, settings };
}

const learn = (step: RecordedStep): LearnedStep => learnAgain({ ...step, seed: step.recipe.seed });

const clips: ReadonlySet<string> = new Set(["grpo", "bnpo", "dr_grpo", "dapo", "luspo"]);

/** Settings that are not what the step's other settings read, or that need what is not stored. */
function lockedOf({ stage, rollouts }: RecordedStep, lossType: string): WhatIf["locked"] {
  const locked: Partial<Record<WhatIfSetting, string>> = {};
  if (stage.advantage_estimator !== "group")
    locked.scale_rewards = `\`${stage.advantage_estimator}\` advantages are not scaled by it.`;
  else if (stage.multi_objective_aggregation === "normalize_then_sum")
    locked.scale_rewards = "`normalize_then_sum` ignores it.";
  if (!clips.has(lossType)) locked.epsilon = `\`${lossType}\` has no lower clip.`;
  if (!clips.has(lossType) && lossType !== "cispo") locked.epsilon_high = `\`${lossType}\` has no upper clip.`;
  if (!rollouts.some(({ perToken }) => perToken.referenceLogprobs))
    locked.beta = "The run recorded no reference policy for this step, so there is no KL to weigh.";
  return locked;
}

/** Rounding aside: single precision where ratios are what is stored. */
const isClose = (left: number, right: number, tolerance: number): boolean =>
  Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(left), Math.abs(right));

function reproduced({ step, learned }: Recorded): WhatIf["reproduces"] {
  const advantages = step.rollouts.every(
    ({ advantage }, place) => advantage !== null && isClose(advantage, learned.advantages[place]!, 1e-12),
  );
  const exact = learned.standIns.size === 0;
  const loss = step.recordedLoss !== null && isClose(step.recordedLoss, learned.policyLoss, exact ? 1e-12 : 1e-6);
  const problem = !advantages
    ? "The recorded settings do not give the advantages that were recorded: the run's recipe or rewards were changed while it ran, perhaps. Read what follows with care."
    : step.recordedLoss === null
      ? "The run recorded no loss of this step to compare with."
      : loss
        ? null
        : "The recorded settings give another loss than was recorded; see the notes.";
  return { advantages, loss, problem };
}

const standInNotes: Readonly<Record<StandIn, string>> = {
  "sampled-logprobs":
    "Samples that the run did not learn from have no log-probabilities of the update: those recorded while sampling stand in, which are of the same policy but for rounding.",
  "ratio-logprobs":
    "The run stored the ratios of the last pass over the step in single precision, and log-probabilities of the first: those of the last follow from the ratios.",
  "sampled-entropies": "Entropies are those recorded while sampling.",
};

function countsOf(tokens: LearnedTokens | null, length: number): WhatIfSample["before"] {
  let [up, down, clipped] = [0, 0, 0];
  if (tokens !== null)
    for (let token = 0; token < tokens.gradient.length; token++) {
      const slope = tokens.gradient[token]!;
      if (slope < 0) up++;
      else if (slope > 0) down++;
      clipped += tokens.clipped[token]!;
    }
  return { up, down, still: length - up - down, clipped };
}

const signAt = (tokens: LearnedTokens | null, token: number): number =>
  tokens === null ? 0 : Math.sign(tokens.gradient[token]!);

function turnedOf(before: LearnedTokens | null, after: LearnedTokens | null, length: number): number {
  let turned = 0;
  for (let token = 0; token < length; token++) if (signAt(before, token) !== signAt(after, token)) turned++;
  return turned;
}

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;
const sumOf = (values: Float64Array | undefined): number => values?.reduce((sum, value) => sum + value, 0) ?? 0;
const learnedFrom = (learned: LearnedStep): number => learned.tokens.filter((tokens) => tokens !== null).length;

/** Keeps the step that was asked about last: a change is seen as it is typed. */
export function whatIfAnswers(): (asked: TraceTokensParams & { readonly change: WhatIfChange }) => WhatIf {
  let kept: { readonly key: string; readonly recorded: Recorded } | null = null;
  return ({ folder, stage, step, group, sample, change }) => {
    const key = JSON.stringify([folder, stage, step, printOfStep(folder, stage, step)]);
    if (kept?.key !== key) {
      const read = readRecordedStep(folder, stage, step);
      kept = { key, recorded: { step: read, learned: learn(read) } };
    }
    return compared(kept.recorded, group, sample, change);
  };
}

function compared(recorded: Recorded, group: number, sample: number, change: WhatIfChange): WhatIf {
  const { step, learned: before } = recorded;
  const next = changed(step, group, change);
  const after = learn(next.step);
  const names = step.functions.names;
  const scoresIn = ({ rewards }: TrainedRollout): Record<string, number | null> => {
    const scores = scoresOf(names.map((name) => rewards[name] ?? { kind: "not-applicable" }));
    return Object.fromEntries(names.map((name, index) => [name, scores[index]!]));
  };
  const samples = step.rollouts.flatMap((rollout, place): WhatIfSample[] => {
    if (rollout.group !== group) return [];
    const length = rollout.perToken.tokens.length;
    const [old, now] = [before.tokens[place] ?? null, after.tokens[place] ?? null];
    return [
      {
        sample: rollout.sample,
        scores: scoresIn(rollout),
        changedScores: scoresIn(next.step.rollouts[place]!),
        reward: { before: finite(before.rewards[place]), after: finite(after.rewards[place]) },
        recordedAdvantage: rollout.advantage,
        advantage: { before: finite(before.advantages[place]), after: finite(after.advantages[place]) },
        loss: { before: finite(sumOf(old?.terms)), after: finite(sumOf(now?.terms)) },
        before: countsOf(old, length),
        after: countsOf(now, length),
        turned: turnedOf(old, now, length),
      },
    ];
  });
  const open = step.rollouts.findIndex((rollout) => rollout.group === group && rollout.sample === sample);
  return {
    settings: { before: settingsOf(step), after: next.settings },
    locked: lockedOf(step, next.settings.loss_type),
    loss: {
      recorded: step.recordedLoss,
      before: finite(before.policyLoss),
      after: finite(after.policyLoss),
    },
    reproduces: reproduced(recorded),
    learning: { before: learnedFrom(before), after: learnedFrom(after), samples: step.rollouts.length },
    samples,
    tokens: open < 0 ? null : tokensOf(step.rollouts[open]!, before.tokens[open] ?? null, after.tokens[open] ?? null),
    notes: [...new Set([...before.standIns, ...after.standIns])].map((one) => standInNotes[one]),
  };
}

function tokensOf(
  rollout: TrainedRollout,
  before: LearnedTokens | null,
  after: LearnedTokens | null,
): WhatIf["tokens"] {
  const count = rollout.perToken.tokens.length;
  const none = new Float64Array(count);
  const push = (tokens: LearnedTokens | null): string => packed(tokens?.gradient.map((slope) => -slope) ?? none);
  return {
    count,
    advantages: { before: packed(before?.advantages ?? none), after: packed(after?.advantages ?? none) },
    push: { before: push(before), after: push(after) },
  };
}
