/** Rows that the stages of a run refuse, as too long say, are found before its first step, not when a later stage comes to them. */
import type { Policy } from "../models/policy";
import type { StageSpec } from "../recipes/stages";
import { RowError } from "../rows/read-rows";
import { latestCheckpoint } from "../runs/checkpoints";
import { examplesOf } from "./cold-start";
import type { StageContext } from "./context";
import { heldOutLengths } from "./held-out";
import { HeldOutRowsError } from "./held-out-rows";
import { OverlongRowsError } from "./lengths";
import { fittingPrompts } from "./reasoning-rl";
import { refuseOverlongSampling } from "./rejection-sampling";
import { readTokenPairs } from "./token-pairs";

/**
 * Throws an OverlongRowsError, HeldOutRowsError or RowError for the first rows that a stage to come refuses, as this policy's tokenizer and positions
 * have it.
 */
export function refuseOverlongRows(context: StageContext, policy: Policy): void {
  const { stages } = context.run.record;
  const left = stages.flatMap(({ name, status }) => (status === "completed" ? [] : [name]));
  const quiet = { ...context, remark: () => undefined };
  try {
    heldOutLengths(context, policy);
    for (const stage of context.recipe.stages) if (left.includes(stage.name)) checkStage(quiet, stage, policy);
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
  switch (stage.kind) {
    case "reasoning-rl":
    case "preference-rl":
      fittingPrompts(context, stage, policy);
      break;
    case "cold-start":
    case "rejection-sampling":
    case "reward-model":
    case "dpo":
      try {
        if (stage.kind === "cold-start") examplesOf(context, stage, policy);
        else if (stage.kind === "rejection-sampling") refuseOverlongSampling(context, stage, policy);
        else readTokenPairs(context, stage, policy);
      } catch (error) {
        // Labels may still be to be made: that a stage has none it says when it comes to them.
        if ([OverlongRowsError, HeldOutRowsError, RowError].some((kind) => error instanceof kind)) throw error;
      }
      break;
    case "evaluation":
      break;
  }
}
