/** Rows that the stages of a run refuse, as too long say, are found before its first step, not when a later stage comes to them. */
import type { Policy } from "../models/policy";
import { learnsFrom, trains } from "../protocol/stage-kinds";
import type { StageSpec } from "../recipes/stages";
import { RowError } from "../rows/row-error";
import { latestCheckpoint } from "../runs/checkpoints";
import type { StageContext } from "./context";
import { heldOutLengths } from "./held-out";
import { HeldOutRowsError } from "./held-out-rows";
import { OverlongRowsError } from "./lengths";
import { loopOf } from "./stage-loops";

/**
 * Throws an OverlongRowsError, HeldOutRowsError or RowError for the first rows that a stage to come refuses, as this policy's tokenizer and positions
 * have it. Returns the sentences of {@link heldOutLengths}.
 */
export function refuseOverlongRows(context: StageContext, policy: Policy): string[] {
  const { stages } = context.run.record;
  const left = stages.flatMap(({ name, status }) => (status === "completed" ? [] : [name]));
  const quiet = { ...context, remark: () => undefined };
  try {
    const heldOut = heldOutLengths(context, policy);
    for (const stage of context.recipe.stages) if (left.includes(stage.name)) checkStage(quiet, stage, policy);
    return heldOut;
  } catch (error) {
    if (!(error instanceof OverlongRowsError)) throw error;
    const [running] = context.recipe.stages.filter(({ name }) => latestCheckpoint(context.run.folder, name) !== null);
    if (!running) throw error;
    // Its own copy of the recipe is what it goes on by.
    throw new OverlongRowsError(
      `${error.message} This run has begun and keeps its settings: change the file and resume, or fork the run with --set STAGE.overlong_rows=drop, which ` +
        "goes on from its checkpoint.",
    );
  }
}

function checkStage(context: StageContext, stage: StageSpec, policy: Policy): void {
  if (!trains(stage)) return;
  try {
    loopOf(stage).refuse(context, stage, policy);
  } catch (error) {
    // Labels and samples may still be to be made: that a stage has none it says when it comes to them. Prompts of RL are there from the beginning.
    if (learnsFrom(stage, "rewards")) throw error;
    if ([OverlongRowsError, HeldOutRowsError, RowError].some((kind) => error instanceof kind)) throw error;
  }
}
