/** Which of its checkpoints a stage gives on where it says that it gives its best. */
import type { Policy } from "../models/policy";
import type { CheckpointEntry } from "../protocol/editor";
import type { StageSpec } from "../recipes/stages";
import { bestCheckpoint } from "../runs/best-checkpoint";
import { listCheckpoints } from "../runs/checkpoints";
import type { StageContext } from "./context";
import { evaluateHeldOut } from "./held-out";
import { stageRecord } from "./stage-record";

/** The metric by which a stage chooses the checkpoint that it gives on; null: it gives its last. */
const choosesBy = (stage: StageSpec): string | null =>
  "load_best_model_at_end" in stage && stage.load_best_model_at_end ? (stage.metric_for_best_model ?? null) : null;

/** Metrics of answers to held-out prompts, of which a stage asks fewer while it trains than at its end. */
const ofAnswers: readonly string[] = ["eval/pass@1", "eval/greedy"];

/** Measures a stage's end on the prompts that its other checkpoints were measured on, where the best is chosen by them. False: asked to stop. */
export async function measuredAsBefore(
  context: StageContext,
  stage: StageSpec,
  policy: Policy,
  step: number,
): Promise<boolean> {
  const { prompts, during_prompts } = context.recipe.evaluation;
  if (!ofAnswers.includes(choosesBy(stage) ?? "") || prompts === during_prompts) return true;
  const { given, steps } = stageRecord(context, stage.name);
  if (given !== null) return true;
  return (await evaluateHeldOut(context, policy, during_prompts, { stage: stage.name, step, steps })) !== null;
}

/** A sentence on a stage that has no best checkpoint. */
export const unmeasured = (stage: StageSpec): string =>
  `"${choosesBy(stage) ?? ""}" was measured at no step that was saved: the last checkpoint stands for the best`;

/** The checkpoint that a stage gives on: `last`, or another one; null: none was measured. A resume goes by what was chosen. */
export function bestOf(context: StageContext, stage: StageSpec, reached: number): CheckpointEntry | "last" | null {
  const metric = choosesBy(stage);
  if (metric === null) return "last";
  const { folder } = context.run;
  const { given } = stageRecord(context, stage.name);
  const chosen = given === null ? null : listCheckpoints(folder).find(({ name }) => name === given);
  const best = chosen ?? bestCheckpoint(folder, stage.name, metric);
  return best?.step === reached ? "last" : best;
}
