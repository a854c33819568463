/** The reference policy of an RL stage: where the stage began, or a policy that follows. */
import { loadStageArrays } from "../../models/checkpoint";
import { disposePolicy, type Policy } from "../../models/policy";
import { mixWeights, restoreWeights, toArrays } from "../../models/weights";
import type { RlSpec } from "../../recipes/stages";
import type { StageStart } from "../context";

export interface Reference {
  readonly policy: Policy;
  /** After a step: moves towards the policy where the stage asks for it. */
  follow(policy: Policy, step: number): void;
  /** For a checkpoint; null when the beginning of the stage is all there is to know. */
  arrays(): ReadonlyMap<string, Float32Array> | null;
  dispose(): void;
}

/** Null where no KL asks for a reference. */
export async function openReference(stage: RlSpec, start: StageStart): Promise<Reference | null> {
  if (stage.beta === 0) return null;
  const policy = await start.origin();
  const kept =
    stage.sync_ref_model && start.checkpoint !== null ? await loadStageArrays(start.checkpoint, "reference") : null;
  if (kept) restoreWeights(policy.weights, kept);
  return {
    policy,
    follow(source, step) {
      if (stage.sync_ref_model && step % stage.ref_model_sync_steps === 0) {
        mixWeights(policy.weights, source.weights, stage.ref_model_mixup_alpha);
      }
    },
    arrays: () => (stage.sync_ref_model ? toArrays(policy.weights) : null),
    dispose: () => disposePolicy(policy),
  };
}
