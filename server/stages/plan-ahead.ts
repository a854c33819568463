/** A stage's memory is planned, told and, where it does not fit, refused before its first evaluation, which may take minutes. */
import type { Policy } from "../models/policy";
import { learnsFrom } from "../protocol/stage-kinds";
import type { StageContext } from "./context";
import { planStage, type StageWork } from "./plan-memory";
import { loopOf, type TrainingSpec } from "./stage-loops";

/** Throws a UserError where the stage does not fit. What else is wrong with its rows it says itself when it comes to them. */
export function planAhead(context: StageContext, stage: TrainingSpec, policy: Policy): void {
  let work: StageWork;
  try {
    work = loopOf(stage).work({ ...context, remark: () => undefined }, stage, policy);
  } catch {
    return;
  }
  try {
    planStage(context, stage, work);
  } catch (error) {
    // Samples may be shorter than they could be: where these do not fit, the stage plans by those that it has drawn.
    if (!learnsFrom(stage, "samples")) throw error;
  }
}
