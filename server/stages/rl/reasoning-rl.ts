/** RL with verifiable rewards, and in preference RL with reward models: what the steps (`rl-step.ts`) need is opened, kept in checkpoints, and closed. */
import { loadStageArrays, loadStageState, type StageExtras } from "../../models/checkpoint";
import { criticArrays, disposeCritic, newCritic, restoredCritic, type Critic } from "../../models/critic";
import type { Policy } from "../../models/policy";
import type { RlSpec } from "../../recipes/stages";
import { readMetrics } from "../../runs/metrics";
import { remarkUnreadableRows } from "../answer-remarks";
import type { StageContext, StageEnd, StageStart } from "../context";
import { remarkAll } from "../lengths";
import { planStage, promptTokens, type StageWork } from "../plan-memory";
import { closeModelRewards, openModelRewards, type ModelReward } from "./model-rewards";
import { fittingTask, stagePrompts } from "../prompt-lengths";
import { openReference, type Reference } from "./reference";
import { remarkRows } from "../remarks";
import { stageErrorNote } from "../reward-failure";
import type { RlContext } from "./rl-context";
import { newRlState, rlStateSchema, type RlState } from "./rl-state";
import { rlStep } from "./rl-step";
import { runSteps } from "../run-steps";
import { inSteps } from "./step-prompts";

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
  const stage = inSteps(context, given);
  if (stage.steps !== given.steps) context.tell({ steps: stage.steps });
  remarkRows(context, context.task, stage.steps * stage.prompts_per_step, "steps × prompts_per_step");
  const { rows } = context.task;
  if (rows.kind === "listed")
    remarkUnreadableRows(
      context,
      context.task,
      rows.training,
      "their completions are neither right nor wrong, and only rewards judge them",
    );
  const { policy } = start;
  const kept = start.checkpoint === null ? null : await loadStageState(start.checkpoint, rlStateSchema);
  const state = kept ?? newRlState(stage);
  const reference = await openReference(stage, start);
  const critic = stage.advantage_estimator === "gae" ? await openCritic(stage, start, state) : null;
  const parts = planStage(context, stage, workOf(context, stage, policy));
  const rl: RlContext = { context, stage, policy, optimizer: start.optimizer, reference, critic, models, parts };
  try {
    const end = await runSteps(context, stage, start, {
      count: stage.steps,
      state,
      step: (at, carried) => rlStep(rl, at, carried),
      heldOut: { every: context.recipe.evaluation.every, policy },
      arrays: () => arraysOf(reference, critic),
    });
    if (end === "stopped") return end;
    const note = stageErrorNote(readMetrics(context.run.folder, 0).rows, stage.name);
    if (note !== null) context.tell({ notes: [note] });
    return end;
  } finally {
    reference?.dispose();
    if (critic) disposeCritic(critic);
  }
}

/** What its memory is planned by. */
export const rlWork = (context: StageContext, stage: RlSpec, policy: Policy): StageWork =>
  workOf(fittingPrompts(context, stage, policy), stage, policy);

/** What a step draws, and learns from, with the models that it takes: a critic of its own, the reference where there is a KL, reward models. */
function workOf({ task, recipe }: StageContext, stage: RlSpec, policy: Policy): StageWork {
  const { prompts_per_step, num_generations, num_mini_batches, max_completion_length } = stage;
  const sampling = {
    prompts: prompts_per_step,
    samples: num_generations,
    promptTokens: promptTokens(policy, task, recipe.seed),
    completionTokens: max_completion_length,
  };
  const longest = sampling.promptTokens + max_completion_length;
  const sequences = Math.ceil((prompts_per_step * num_generations) / num_mini_batches);
  const critics = stage.advantage_estimator === "gae" && stage.critic === "separate" ? 1 : 0;
  const rewardModels = "reward_models" in stage ? stage.reward_models.length : 0;
  return {
    policy,
    trained: 1 + critics,
    asked: (stage.beta === 0 ? 0 : 1) + rewardModels,
    batch: { tokens: sequences * longest, longest },
    sampling,
  };
}

async function openCritic(stage: RlSpec, { policy, checkpoint }: StageStart, state: RlState): Promise<Critic> {
  const critic = newCritic(policy, stage.critic);
  const arrays = checkpoint === null ? null : await loadStageArrays(checkpoint, "critic");
  return arrays ? restoredCritic(critic, arrays, state.criticUpdates) : critic;
}

/** What a checkpoint of the stage keeps beside the policy. */
function arraysOf(reference: Reference | null, critic: Critic | null): StageExtras["arrays"] {
  const followed = reference?.arrays() ?? null;
  return { ...(followed && { reference: followed }), ...(critic && { critic: criticArrays(critic) }) };
}
