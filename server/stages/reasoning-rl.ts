/** RL with verifiable rewards, and in preference RL with reward models: GRPO (DeepSeekMath, arXiv 2402.03300, algorithm 1), its family, and PPO. One batch of prompts a step. */
import { groupAdvantages } from "../algorithms/advantages";
import { appliedEntropyCoef } from "../algorithms/entropy";
import { randomStream } from "../algorithms/random";
import { learningRate } from "../engine/optimizer";
import { behaviourMetrics } from "../evaluation/observe-behaviours";
import { loadStageArrays, loadStageState, type StageExtras } from "../models/checkpoint";
import { criticArrays, criticSize, disposeCritic, newCritic, restoredCritic, type Critic } from "../models/critic";
import { parameterCount, type Policy } from "../models/policy";
import type { RlSpec } from "../recipes/stages";
import { skipAdvice } from "../protocol/run";
import { readMetrics } from "../runs/metrics";
import { saveStage, stepTimer } from "./checkpointing";
import { RewardsFailed, RunPaused } from "./context";
import type { StageContext, StageEnd, StageStart } from "./context";
import { gatherRollouts, solvedPrompts, type Gathered } from "./gather-rollouts";
import { evaluateHeldOut } from "./held-out";
import { NonFiniteStep } from "./non-finite";
import { closeModelRewards, openModelRewards, type ModelReward } from "./model-rewards";
import { observedRollouts } from "./observed-rollouts";
import { updatePolicy, type UpdateResult } from "./policy-update";
import { remarkAll } from "./lengths";
import { partsOf } from "./micro-batches";
import { fittingTask, stagePrompts } from "./prompt-lengths";
import { openReference, type Reference } from "./reference";
import { errorCount, firstError, rewardFailure, stageErrorNote, type OutcomesByName } from "./reward-failure";
import { remarkUnreadableRows } from "./answer-remarks";
import { nextQuiet, remarkQuiet, remarkRows } from "./remarks";
import { newRlState, nextRlState, rlStateSchema, type RlState } from "./rl-state";
import { trainRecord } from "./rollout-records";
import { stepAdvantages, type StepAdvantages } from "./step-advantages";
import { inSteps } from "./step-prompts";
import { advantageMetrics, klMetrics, ratioMetrics, solvedLengths } from "./step-diagnostics";
import { completionMetrics, rewardMetrics, signalMetrics } from "./step-metrics";

export async function reasoningRl(whole: StageContext, given: RlSpec, start: StageStart): Promise<StageEnd> {
  const models = await openModelRewards(whole, given, start);
  try {
    return await inRl(fittingPrompts(whole, given, start.policy, models), given, start, models);
  } finally {
    closeModelRewards(models);
  }
}

/** The context with the prompts that the stage may ask: of the policy, and of the reward models that read them. */
export function fittingPrompts(
  context: StageContext,
  stage: RlSpec,
  policy: Policy,
  models: readonly ModelReward[] = [],
): StageContext {
  const { task, generalTask, recipe } = context;
  const settings = stagePrompts(stage);
  const positions = [policy, ...models.map(({ model }) => model.policy)].map(
    ({ config }) => config.max_position_embeddings,
  );
  const own = fittingTask(policy, task, settings, recipe.seed);
  const general =
    generalTask && stage.kind === "preference-rl"
      ? fittingTask(policy, generalTask, settings, recipe.seed, Math.min(...positions))
      : null;
  remarkAll(context, "overlong prompts", [...own.notes, ...(general?.notes ?? [])]);
  return { ...context, task: own.task, generalTask: general?.task ?? generalTask };
}

async function inRl(
  context: StageContext,
  given: RlSpec,
  start: StageStart,
  models: readonly ModelReward[],
): Promise<StageEnd> {
  const { recipe, run } = context;
  const stage = inSteps(context, given);
  if (stage.steps !== given.steps) context.tell({ steps: stage.steps });
  remarkRows(context, context.task, stage.steps * stage.prompts_per_step, "steps × prompts_per_step");
  const { rows } = context.task;
  if (rows.kind === "listed")
    remarkUnreadableRows(
      ...([context, context.task, rows.training] as const),
      "their completions are neither right nor wrong, and only rewards judge them",
    );
  const { policy, optimizer } = start;
  const kept = start.checkpoint === null ? null : await loadStageState(start.checkpoint, rlStateSchema);
  let state = kept ?? newRlState(stage);
  const reference = await openReference(stage, start);
  const critic = stage.advantage_estimator === "gae" ? await openCritic(stage, start, state) : null;
  const parts = partsOf(context, stage, {
    policy,
    trained: critic?.trunk ? 2 : 1,
    asked: (reference ? 1 : 0) + models.length,
  });
  const timer = stepTimer();
  let maySkip = context.skipBatch;
  let num_tokens = start.tokens;
  const sizes = parameterMetrics(policy, critic);
  const save = (step: number): void =>
    saveStage(context, stage, start, { step, tokens: num_tokens }, extrasOf(state, reference, critic));

  try {
    const budget = stage.max_generated_tokens ?? Infinity;
    for (let step = start.step + 1; step <= stage.steps && num_tokens < budget; step++) {
      // Ahead of the next step, so that a run that stopped or died behind a step makes up for its evaluation when it goes on.
      const done = step - 1;
      if (done > 0 && recipe.evaluation.every > 0 && done % recipe.evaluation.every === 0) {
        const moment = { stage: stage.name, step: done, steps: stage.steps, tokens: num_tokens };
        if (!(await evaluateHeldOut(context, policy, recipe.evaluation.during_prompts, moment))) {
          save(done);
          return "stopped";
        }
      }
      const began = performance.now();

      const gathered = await gatherRollouts(context, stage, { policy, step, state, models }).catch((error: unknown) => {
        // Nobody scores any more: what the steps so far have learned is kept.
        if (done > start.step) save(done);
        throw error;
      });
      const failure = stepFailure(stage, step, gathered);
      if (failure !== null && !maySkip) {
        recordFailure(context, stage, { step, policy }, gathered);
        if (done > start.step) save(done);
        throw new RewardsFailed(failure);
      }
      if (failure !== null) maySkip = false;
      const tokens = gathered.rollouts.reduce((sum, { completion }) => sum + completion.length, 0);
      num_tokens += tokens;

      const gatheredAt = performance.now();
      const estimated = stepAdvantages(stage, gathered, {
        ...{ policy, critic, beta: state.beta },
        ...{ reference: reference?.policy ?? null, parts },
      });
      const entropyCoef = appliedEntropyCoef(stage, state.entropy);
      const taught = teaching(stage, estimated, { reference, entropyCoef });
      const estimatedAt = performance.now();
      const learning_rate = learningRate(stage, step, stage.steps);
      let update: UpdateResult | null = null;
      let problem: NonFiniteStep | null = null;
      try {
        if (taught.lessons.length > 0)
          update = updatePolicy(stage, {
            ...{ policy, optimizer, critic, parts, learning_rate, beta: state.beta, entropyCoef },
            lessons: taught.lessons,
            totals: totalsOf(stage, gathered, estimated),
            random: (iteration) => randomStream(recipe.seed, "mini-batches", stage.name, step, iteration),
          });
      } catch (error) {
        if (!(error instanceof NonFiniteStep)) throw error;
        problem = error;
      }
      reference?.follow(policy, step);
      const ended = performance.now();

      recordRollouts(context, { stage: stage.name, step, policy }, gathered, estimated, taught, update);
      const completions = completionMetrics(gathered.rollouts);
      const kl = klMetrics(stage, taught, update?.records ?? null);
      const signal = signalMetrics(estimated.groups, gathered.right);
      run.appendMetrics({
        ...{ stage: stage.name, step, time: Date.now(), reward_hash: gathered.rewardHash },
        ...signal,
        ...rewardMetrics(gathered.outcomes, gathered.milliseconds),
        ...completions,
        ...solvedLengths(gathered.rollouts, gathered.right),
        ...behaviourMetrics(observedRollouts(policy, gathered)),
        ...advantageMetrics(estimated.perSample),
        ...kl,
        ...(update ? updateMetrics(update, taught, tokens) : { loss: 0, grad_norm: 0 }),
        ...(estimated.explainedVariance === null ? {} : { "critic/explained_variance": estimated.explainedVariance }),
        ...(problem ? { skipped: 1 } : {}),
        ...stateMetrics(stage, state, gathered),
        ...sizes,
        ...{ learning_rate, num_tokens, step_time: (ended - began) / 1000 },
        "time/generate": gathered.times.generate / 1000,
        "time/score": gathered.times.score / 1000,
        "time/estimate": (estimatedAt - gatheredAt) / 1000,
        "time/update": (ended - estimatedAt) / 1000,
        "memory/peak_mb": process.resourceUsage().maxRSS / 1024,
      });
      if (problem && stage.on_non_finite === "pause" && !maySkip) {
        // With several updates a step, those before have been applied: then the checkpoint before is the last good state.
        if (done > start.step && problem.updates === 0) save(done);
        throw new RunPaused(nonFiniteMessage(stage, step, problem));
      }
      if (problem) maySkip = false;
      state = nextRlState(stage, state, {
        kl: kl["kl"] ?? null,
        entropy: completions["entropy"] ?? 0,
        judged: gathered.rollouts.map(({ group }, sample) => ({
          ...gathered.prompts[group]!,
          right: gathered.right[sample]!,
        })),
        solved: solvedPrompts(gathered, stage),
        quiet: nextQuiet(state.quiet, stage, {
          rollouts: gathered.rollouts,
          learnt: taught.lessons.length,
          signal: estimated.groups.zeroStd.includes(false),
        }),
      });
      remarkQuiet(context, stage, state.quiet, step);
      if (critic) state = { ...state, criticUpdates: critic.optimizer.updates };

      const enough = num_tokens >= budget;
      timer.add((performance.now() - began) / 1000);
      // A stage with a budget of tokens ends when it is spent, at about as many a step as so far.
      const left = Math.min(stage.steps - step, Math.ceil(Math.max(0, budget - num_tokens) / (num_tokens / step)));
      context.progress({
        stage: stage.name,
        phase: "training",
        step,
        steps: step + left,
        secondsLeft: timer.left(left),
        headline: signal.reward === null ? null : { name: "reward", value: signal.reward },
      });
      const errors = errorCount(gathered.outcomes);
      const tooManyErrors = errors > stage.max_reward_errors;
      const stopping = await context.stopRequested();
      if (step % stage.save_steps === 0 || step === stage.steps || stopping || tooManyErrors || enough) save(step);
      if (tooManyErrors) throw new RewardsFailed(errorMessage(stage, step, errors, gathered.outcomes));
      if (stopping && step < stage.steps) return "stopped";
    }
    const note = stageErrorNote(readMetrics(run.folder, 0).rows, stage.name);
    if (note !== null) context.tell({ notes: [note] });
    return "completed";
  } finally {
    reference?.dispose();
    if (critic) disposeCritic(critic);
  }
}

async function openCritic(stage: RlSpec, { policy, checkpoint }: StageStart, state: RlState): Promise<Critic> {
  const critic = newCritic(policy, stage.critic);
  const arrays = checkpoint === null ? null : await loadStageArrays(checkpoint, "critic");
  return arrays ? restoredCritic(critic, arrays, state.criticUpdates) : critic;
}

/** What a checkpoint of the stage keeps beside the policy. */
function extrasOf(state: RlState, reference: Reference | null, critic: Critic | null): StageExtras {
  const followed = reference?.arrays() ?? null;
  return {
    state,
    arrays: { ...(followed ? { reference: followed } : {}), ...(critic ? { critic: criticArrays(critic) } : {}) },
  };
}

/** The lessons that move something: one without advantage does not, unless a KL, a bonus or a critic asks for it. */
function teaching(
  stage: RlSpec,
  estimated: StepAdvantages,
  { reference, entropyCoef }: { readonly reference: Reference | null; readonly entropyCoef: number },
): StepAdvantages {
  const all = (reference !== null && !stage.kl_in_reward) || entropyCoef !== 0 || stage.advantage_estimator === "gae";
  if (all) return estimated;
  const moving = estimated.lessons.map(({ advantages }) => advantages.some((value) => value !== 0));
  return {
    ...estimated,
    lessons: estimated.lessons.filter((_, index) => moving[index]),
    samples: estimated.samples.filter((_, index) => moving[index]),
  };
}

/** Completions count in the means of the loss when their group takes part; their tokens when they are not masked. */
function totalsOf(stage: RlSpec, { rollouts, kept }: Gathered, { lessons }: StepAdvantages) {
  const taking = rollouts.filter(({ group }) => kept[group]);
  const counted = stage.mask_truncated_completions ? lessons.map(({ rollout }) => rollout) : taking;
  return {
    completions: taking.length,
    tokens: counted.reduce((sum, { completion }) => sum + completion.length, 0),
    max_completion_length: stage.max_completion_length,
  };
}

function updateMetrics(update: UpdateResult, taught: StepAdvantages, tokens: number): Record<string, number | null> {
  const { loss, policyLoss, gradNorm, gradNormClipped, critic } = update;
  return {
    ...{ loss, policy_loss: policyLoss, grad_norm: gradNorm, grad_norm_clipped: gradNormClipped },
    ...ratioMetrics(taught, update, tokens),
    ...(critic
      ? {
          "critic/loss": critic.loss,
          "critic/grad_norm": critic.gradNorm,
          "critic/clip_fraction": critic.clipFraction,
        }
      : {}),
  };
}

/** What the stage trains: a critic of its own as large as the policy doubles it. */
function parameterMetrics(policy: Policy, critic: Critic | null): Record<string, number> {
  const own = parameterCount(policy);
  const critics = critic ? criticSize(critic) : 0;
  return { "parameters/trained": own + critics, "parameters/critic": critics };
}

/** Settings that change from step to step, and what sampling took. */
function stateMetrics(stage: RlSpec, state: RlState, { rounds, kept }: Gathered): Record<string, number> {
  return {
    ...(stage.kl_target === undefined ? {} : { beta: state.beta }),
    ...(stage.use_adaptive_entropy ? { entropy_coef: state.entropy.coef } : {}),
    ...(stage.dynamic_sampling ? { "sampling/rounds": rounds, "sampling/groups": kept.length } : {}),
    ...(stage.no_resampling_pass_rate === undefined ? {} : { "sampling/retired": state.retired.length }),
  };
}

function recordRollouts(
  { run }: StageContext,
  where: { readonly stage: string; readonly step: number; readonly policy: Policy },
  { rollouts, prompts, completions, outcomes, right, rewardHash }: Gathered,
  { groups, perSample }: StepAdvantages,
  taught: StepAdvantages,
  update: UpdateResult | null,
): void {
  const recordOf = new Map(taught.samples.map((sample, index) => [sample, update?.records[index]]));
  run.recordRollouts(
    rollouts.map((rollout, sample) =>
      trainRecord(
        where,
        prompts[rollout.group]!.task,
        {
          rollout,
          row: prompts[rollout.group]!.row,
          completion: completions[sample]!,
          right: right[sample]!,
          rewards: Object.fromEntries(Object.entries(outcomes).map(([name, samples]) => [name, samples[sample]!])),
          reward: groups.rewards[sample]!,
          advantage: perSample[sample]!,
          update: recordOf.get(sample) ?? { logprobs: null, referenceLogprobs: null, ratio: null, clipped: null },
        },
        rewardHash,
      ),
    ),
  );
}

/** Its last words are what the editor looks for, to offer the same. */
const nonFiniteMessage = (stage: RlSpec, step: number, { message }: NonFiniteStep): string =>
  `Stage ${stage.name}, step ${step}: ${message}. The update was not applied; the last checkpoint is good. Lower learning_rate or ` +
  `max_grad_norm and resume, or ${skipAdvice}`;

/** Why no step can be made of what the rewards said; null: one can. The step is made again when the run goes on. */
function stepFailure({ name }: RlSpec, step: number, { outcomes, scores }: Gathered): string | null {
  const rewards = scores.map((of) => of.find((score) => score !== null) ?? null);
  const failure = rewardFailure(outcomes, rewards, `samples of step ${step}`);
  return (
    failure && `Stage ${name}: ${failure} Nothing was learned from it. Fix the reward and resume, or ${skipAdvice}`
  );
}

/** Leaves in traces and metrics what the rewards said of a step that was not made, for who mends them. */
function recordFailure(
  context: StageContext,
  stage: RlSpec,
  { step, policy }: { readonly step: number; readonly policy: Policy },
  gathered: Gathered,
): void {
  const { num_generations } = stage;
  const groups = groupAdvantages(gathered.scores, gathered.weights, { num_generations, scale_rewards: "none" });
  const nothing = { groups, perSample: groups.rewards.map(() => 0), lessons: [], samples: [], explainedVariance: null };
  recordRollouts(context, { stage: stage.name, step, policy }, gathered, nothing, nothing, null);
  context.run.appendMetrics({
    ...{ stage: stage.name, step, time: Date.now(), reward_hash: gathered.rewardHash },
    ...signalMetrics(groups, gathered.right),
    ...rewardMetrics(gathered.outcomes, gathered.milliseconds),
    ...completionMetrics(gathered.rollouts),
  });
}

const errorMessage = (stage: RlSpec, step: number, errors: number, outcomes: OutcomesByName): string =>
  `Step ${step} of ${stage.name} had ${errors} reward errors, more than max_reward_errors (${stage.max_reward_errors}). ` +
  `The first: ${(firstError(outcomes) ?? "").replace(/\.?$/, ".")} Fix the reward and resume.`;
