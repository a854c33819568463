/** What an RL step leaves: a row of metrics, its rollouts in the traces, and what the next step goes on with. */
import { behaviourMetrics } from "../../behaviours/observe-behaviours";
import { criticSize, type Critic } from "../../models/critic";
import { learntTokens } from "../../models/packing";
import { parameterCount, type Policy } from "../../models/policy";
import type { RolloutRecord } from "../../protocol/traces";
import type { RlSpec } from "../../recipes/stages";
import { mendRewards, RewardsFailed, skipAdvice } from "../context";
import { solvedPrompts, type ScoredRollouts } from "./generate-and-score";
import { NonFiniteStep } from "../non-finite";
import { observedRollouts } from "./observed-rollouts";
import type { Update } from "./policy-update";
import { nextQuiet, remarkQuiet } from "../remarks";
import { errorCount, firstError, rewardFailure, type OutcomesByName } from "../reward-failure";
import type { RlContext } from "./rl-context";
import { nextRlState, type RlState } from "./rl-state";
import { notUpdated, trainRecord, type UpdateRecords } from "../rollout-records";
import type { StepMade } from "../run-steps";
import type { RolloutWithAdvantages, StepAdvantages } from "./step-advantages";
import { advantageMetrics, klMetrics, ratioMetrics, solvedLengths } from "./step-diagnostics";
import { completionMetrics, judgeMetrics, rewardMetrics, signalMetrics, stepMetrics } from "./step-metrics";
import { updateResult, type UpdateResult } from "./update-result";

interface Found {
  readonly scored: ScoredRollouts;
  readonly advantages: StepAdvantages;
  /** That the updates learned from. */
  readonly rollouts: readonly RolloutWithAdvantages[];
  readonly updates: readonly Update[] | NonFiniteStep;
  readonly seconds: { readonly estimate: number; readonly update: number };
}

export function recordStep(
  { context, stage, policy, critic, reference }: RlContext,
  step: number,
  state: RlState,
  { scored, advantages, rollouts: learning, updates, seconds }: Found,
): StepMade<RlState> {
  const { rollouts, prompts, correct, outcomes, times } = scored;
  const nonFinite = updates instanceof NonFiniteStep ? updates : null;
  const update = updates instanceof NonFiniteStep ? null : updateResult(stage, updates, state.beta);
  const records = new Map(learning.map(({ place }, index) => [place, update?.records[index] ?? notUpdated]));
  const completions = completionMetrics(rollouts, stage.thinking_token_budget !== undefined);
  const kl = klMetrics(stage, learning, update?.records ?? null);
  const signal = signalMetrics(scored, correct);
  const errors = errorCount(outcomes);
  const tokens = rollouts.reduce((sum, { completion }) => sum + completion.length, 0);
  const drawn = rollouts.reduce((sum, rollout) => sum + learntTokens(rollout), 0);
  return {
    tokens,
    headline: signal.reward === null ? null : { name: "reward", value: signal.reward },
    rollouts: rolloutRecords({ stage: stage.name, step, policy }, scored, advantages.perSample, records),
    metrics: {
      reward_hash: scored.rewardHash,
      ...signal,
      ...rewardMetrics(outcomes, scored.milliseconds, scored.sampleTimes),
      ...judgeMetrics(scored.judges),
      ...completions,
      ...solvedLengths(rollouts, correct),
      ...behaviourMetrics(observedRollouts(policy, scored)),
      ...advantageMetrics(advantages.perSample),
      ...kl,
      ...updateMetrics(nonFinite ?? update, learning, drawn),
      ...(advantages.steps ? stepMetrics(advantages.steps) : {}),
      ...(advantages.explainedVariance === null ? {} : { "critic/explained_variance": advantages.explainedVariance }),
      ...stateMetrics(stage, state, scored),
      ...parameterMetrics(policy, critic),
      "time/generate": times.generate / 1000,
      "time/score": times.score / 1000,
      ...(stage.top_logprobs > 0 ? { "time/top_logprobs": times.top / 1000 } : {}),
      "time/estimate": seconds.estimate,
      "time/update": seconds.update,
      "memory/peak_mb": process.resourceUsage().maxRSS / 1024,
    },
    nonFinite,
    pause:
      errors > stage.max_reward_errors
        ? new RewardsFailed(errorMessage(stage, step, errors, outcomes), mendRewards)
        : null,
    next() {
      reference?.follow(policy, step);
      const quiet = nextQuiet(state.quiet, stage, {
        rollouts,
        learnt: learning.length,
        signal: scored.zeroStd.includes(false),
      });
      remarkQuiet(context, stage, quiet, step);
      if (advantages.steps?.every((steps) => steps === null)) context.remark("process", noStepScores);
      const next = nextRlState(stage, state, {
        kl: kl["kl"] ?? null,
        entropy: completions["entropy"] ?? 0,
        judged: rollouts.map(({ group }, sample) => ({ ...prompts[group]!, correct: correct[sample]! })),
        solved: solvedPrompts(scored, stage),
        quiet,
      });
      return critic ? { ...next, criticUpdates: critic.optimizer.updates } : next;
    },
  };
}

const noStepScores =
  "process_weight is set, and no reward scored the steps of a completion: only outcomes teach. Return { score, steps } from a reward, with a score for each of completionSteps(completion).";

/** A step without anything to learn has no loss; of one that is not finite nobody knows it. */
function updateMetrics(
  update: UpdateResult | NonFiniteStep | null,
  learning: readonly RolloutWithAdvantages[],
  tokens: number,
): Record<string, number | null> {
  if (update === null) return { loss: 0, grad_norm: 0 };
  if (update instanceof NonFiniteStep) return { loss: null, grad_norm: null };
  const { loss, policyLoss, gradNorm, gradNormClipped, critic } = update;
  return {
    loss,
    policy_loss: policyLoss,
    grad_norm: gradNorm,
    grad_norm_clipped: gradNormClipped,
    ...ratioMetrics(learning, update, tokens),
    ...(critic && {
      "critic/loss": critic.loss,
      "critic/grad_norm": critic.gradNorm,
      "critic/clip_fraction": critic.clipFraction,
    }),
  };
}

/** What the stage trains: a critic of its own as large as the policy doubles it. */
function parameterMetrics(policy: Policy, critic: Critic | null): Record<string, number> {
  const own = parameterCount(policy);
  const critics = critic ? criticSize(critic) : 0;
  return { "parameters/trained": own + critics, "parameters/critic": critics };
}

/** Settings that change from step to step, and what sampling took. */
function stateMetrics(stage: RlSpec, state: RlState, { rounds, kept }: ScoredRollouts): Record<string, number> {
  return {
    ...(stage.kl_target === undefined ? {} : { beta: state.beta }),
    ...(stage.use_adaptive_entropy ? { entropy_coef: state.entropy.coef } : {}),
    ...(stage.dynamic_sampling ? { "sampling/rounds": rounds, "sampling/groups": kept.length } : {}),
    ...(stage.no_resampling_pass_rate === undefined ? {} : { "sampling/retired": state.retired.length }),
  };
}

/** `records`: of the rollouts that were updated on, by their place. */
const rolloutRecords = (
  where: { readonly stage: string; readonly step: number; readonly policy: Policy },
  { rollouts, prompts, completions, outcomes, rewards, correct, rewardHash, top }: ScoredRollouts,
  perSample: readonly number[],
  records: ReadonlyMap<number, UpdateRecords>,
): RolloutRecord[] =>
  rollouts.map((rollout, sample) => {
    const { task, row } = prompts[rollout.group]!;
    const item = {
      rollout,
      row,
      completion: completions[sample]!,
      correct: correct[sample]!,
      rewards: Object.fromEntries(Object.entries(outcomes).map(([name, samples]) => [name, samples[sample]!])),
      reward: rewards[sample]!,
      advantage: perSample[sample]!,
      update: records.get(sample) ?? notUpdated,
      top: top[sample]!,
    };
    return trainRecord(where, task, item, rewardHash);
  });

/** Why no step can be made of what the rewards said; null: one can. The step is made again when the run goes on. */
export function rewardsFailure(
  { name }: RlSpec,
  step: number,
  { outcomes, rewards }: ScoredRollouts,
): RewardsFailed | null {
  const failure = rewardFailure(outcomes, rewards, `samples of step ${step}`);
  if (failure === null) return null;
  return new RewardsFailed(`Stage ${name}: ${failure} Nothing was learned from it.`, {
    advice: `Fix the reward and resume, or ${skipAdvice}`,
    resumeWays: ["as-is", "skip-batch"],
  });
}

/** Leaves in traces and metrics what the rewards said of a step that was not made, for who mends them. */
export function recordUnscored(
  { context: { run }, stage, policy }: RlContext,
  step: number,
  scored: ScoredRollouts,
): void {
  const nothing = scored.rollouts.map(() => 0);
  run.recordRollouts(rolloutRecords({ stage: stage.name, step, policy }, scored, nothing, new Map()));
  run.appendMetrics({
    stage: stage.name,
    step,
    time: Date.now(),
    reward_hash: scored.rewardHash,
    ...signalMetrics(scored, scored.correct),
    ...rewardMetrics(scored.outcomes, scored.milliseconds, scored.sampleTimes),
    ...judgeMetrics(scored.judges),
    ...completionMetrics(scored.rollouts, stage.thinking_token_budget !== undefined),
  });
}

const errorMessage = (stage: RlSpec, step: number, errors: number, outcomes: OutcomesByName): string =>
  `Step ${step} of ${stage.name} had ${errors} reward errors, more than max_reward_errors (${stage.max_reward_errors}). ` +
  `The first: ${(firstError(outcomes) ?? "").replace(/\.?$/, ".")}`;
