/** A recorded step of training with all that it takes to learn it again. */
import { appliedEntropyCoef } from "../algorithms/entropy";
import type { Recipe } from "../recipes/schema";
import { rewardNames } from "../recipes/reward-names";
import type { RlSpec } from "../recipes/stages";
import type { MetricsRow } from "../protocol/metrics";
import { newestRow } from "../runs/metrics";
import { openTraces } from "../runs/trace-reader";
import type { TrainedRollout } from "../runs/trace-step";
import { stepFunctions, type StepFunctions } from "../scoring/rescored-step";
import { UserError } from "../shared/user-error";
import { stageOfRun } from "./stage-of-run";

export interface RecordedStep {
  readonly recipe: Recipe;
  readonly stage: RlSpec;
  readonly step: number;
  readonly functions: StepFunctions;
  /** By group and sample, groups whole. */
  readonly rollouts: readonly TrainedRollout[];
  /** β and c of the entropy bonus, as they were in this step. */
  readonly beta: number;
  readonly entropyCoef: number;
  /** `policy_loss` of the step; null: none was recorded. */
  readonly recordedLoss: number | null;
}

const numberIn = (row: MetricsRow | null, name: string): number | null => {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
};

/** Throws an Error for people where the step is not there as it was trained. */
export function readRecordedStep(folder: string, name: string, step: number): RecordedStep {
  const found = stageOfRun(folder, name);
  if (found === null)
    throw new UserError(`${name} is no stage of RL in the run's recipe, so there is no step to learn again.`);
  const { recipe, stage } = found;
  if (stage.advantage_estimator === "gae")
    throw new UserError(
      "This stage learned by a critic, whose values are not stored: its advantages cannot be made again.",
    );
  const traces = openTraces(folder);
  let rollouts: TrainedRollout[];
  try {
    rollouts = traces.trained(name, step);
  } finally {
    traces.close();
  }
  const size = stage.num_generations;
  const whole = rollouts.every(({ group, sample }, at) => group === Math.floor(at / size) && sample === at % size);
  if (rollouts.length === 0 || rollouts.length % size !== 0 || !whole)
    throw new UserError(`Step ${step} of ${name} is not recorded whole: it has ${rollouts.length} of its rollouts.`);
  const row = newestRow(folder, (one) => one.stage === name && one.step === step && "policy_loss" in one);
  const before = stage.use_adaptive_entropy
    ? newestRow(folder, (one) => one.stage === name && one.step === step - 1 && "entropy" in one)
    : null;
  return {
    recipe,
    stage,
    step,
    functions: stepFunctions(rewardNames(recipe.rewards), recipe.rewards, stage),
    rollouts,
    beta: numberIn(row, "beta") ?? stage.beta,
    entropyCoef: appliedEntropyCoef(stage, {
      coef: numberIn(row, "entropy_coef") ?? stage.entropy_coef,
      last: numberIn(before, "entropy") ?? 0,
    }),
    recordedLoss: numberIn(row, "policy_loss"),
  };
}

/** A text that is another when the step's rollouts are. */
export function printOfStep(folder: string, stage: string, step: number): string {
  const traces = openTraces(folder);
  try {
    return traces.trainedPrint(stage, step);
  } finally {
    traces.close();
  }
}
