/** Which prompts an RL step asks: the task's, and in the last part of preference RL general ones too. */
import type { RlSpec } from "../../recipes/stages";
import { stepRows } from "../../tasks/splits";
import type { Task, TaskRow } from "../../tasks/task";
import type { StageContext } from "../context";
import { drawWeight } from "./curriculum";
import type { RlState } from "./rl-state";
import { UserError } from "../../shared/user-error";

export interface StepPrompt {
  readonly row: TaskRow;
  readonly task: Task;
  /** Of the recipe's general task: scored by reward models. */
  readonly general: boolean;
}

/** Whether general prompts and reward models take part in a step (1-based): in the last `preference_steps`, as in R1's last stage. */
export const asksGenerally = (stage: RlSpec, step: number): boolean =>
  "preference_steps" in stage && step > stage.steps - stage.preference_steps;

/**
 * The stage with the number of steps that its epochs come to: as many as go through the training prompts of its dataset so often. Throws when its
 * task makes prompts without end.
 */
export function inSteps<S extends RlSpec>({ task }: Pick<StageContext, "task">, stage: S): S {
  const epochs = "num_train_epochs" in stage ? stage.num_train_epochs : undefined;
  if (epochs === undefined) return stage;
  if (task.rows.kind === "drawn")
    throw new UserError(
      `The task ${task.name} makes prompts without end: set steps of ${stage.name}, not num_train_epochs.`,
    );
  return { ...stage, steps: Math.ceil((epochs * task.rows.training.length) / stage.prompts_per_step) };
}

/** Prompts of one round of a step; which ones follows from step, round and state alone. */
export function stepPrompts(
  { task, generalTask, recipe }: StageContext,
  stage: RlSpec,
  {
    step,
    round,
    count,
    state,
  }: { readonly step: number; readonly round: number; readonly count: number; readonly state: RlState },
): StepPrompt[] {
  const general =
    "general_share" in stage && generalTask && asksGenerally(stage, step) ? Math.round(stage.general_share * count) : 0;
  const weight = stage.curriculum === "pass-rate" ? drawWeight(state.passRates) : null;
  const reasoning = stepRows(task, recipe.seed, stage.name, step, {
    count: count - general,
    round,
    retired: new Set(state.retired),
    ...(weight ? { weight } : {}),
  });
  return [
    ...reasoning.map((row) => ({ row, task, general: false })),
    ...(generalTask && general > 0
      ? stepRows(generalTask, recipe.seed, `${stage.name}/general`, step, { count: general, round })
      : []
    ).map((row) => ({ row, task: generalTask!, general: true })),
  ];
}
