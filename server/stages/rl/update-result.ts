/** What the updates of an RL step come to. */
import { eachCompletion } from "../../algorithms/packed";
import { clippedSide, type ClippedSide } from "../../algorithms/token-losses";
import type { RlSpec } from "../../recipes/stages";
import type { CriticUpdate } from "./critic-update";
import type { Update } from "./policy-update";
import type { UpdateRecords } from "../rollout-records";
import { lengthsOf } from "./step-advantages";
import { lossOptions } from "./step-terms";

export interface UpdateResult {
  /** Mean over the updates of the last pass; near 0 when on-policy, while the gradient is not. */
  readonly loss: number;
  readonly policyLoss: number;
  /** Global norm before and after clipping, mean over the updates of the last pass. */
  readonly gradNorm: number;
  readonly gradNormClipped: number;
  readonly critic: CriticUpdate | null;
  /** Of each rollout, `[learnt tokens]`: the policy as its first update found it, and ratio and clip of the last pass. */
  readonly records: readonly RolloutUpdate[];
}

export type RolloutUpdate = UpdateRecords & { readonly sides: readonly (ClippedSide | null)[] };

/** Null where there was none. */
export function updateResult(stage: RlSpec, updates: readonly Update[], beta: number): UpdateResult | null {
  const last = updates.filter(({ pass }) => pass === updates.at(-1)!.pass);
  if (last.length === 0) return null;
  const mean = (of: (update: Update) => number): number =>
    last.reduce((sum, update) => sum + of(update), 0) / last.length;
  const records: RolloutUpdate[] = [];
  for (const update of updates)
    recordsOf(stage, update, beta).forEach((record, at) => {
      const place = update.places[at]!;
      records[place] = { ...record, logprobs: records[place]?.logprobs ?? record.logprobs };
    });
  return {
    loss: mean(({ loss }) => loss.loss),
    policyLoss: mean(({ loss }) => loss.policyLoss),
    gradNorm: mean(({ gradNorm }) => gradNorm),
    gradNormClipped: mean(({ gradNorm }) => Math.min(gradNorm, stage.max_grad_norm)),
    critic: last.every(({ critic }) => critic)
      ? {
          loss: mean(({ critic }) => critic!.loss),
          gradNorm: mean(({ critic }) => critic!.gradNorm),
          clipFraction: mean(({ critic }) => critic!.clipFraction),
        }
      : null,
    records,
  };
}

/** Of each rollout of an update. */
function recordsOf(stage: RlSpec, { batch, logprobs, loss }: Update, beta: number): RolloutUpdate[] {
  const options = lossOptions(stage, beta);
  const records: RolloutUpdate[] = [];
  eachCompletion(lengthsOf(batch), (start, end, index) => {
    const { advantages, referenceLogprobs } = batch[index]!;
    const ratio = loss.ratios.subarray(start, end);
    const sides = Array.from(ratio, (value, token) => clippedSide(stage.loss_type, value, advantages[token]!, options));
    records.push({
      logprobs: logprobs.slice(start, end),
      referenceLogprobs,
      ratio: Float32Array.from(ratio),
      clipped: Uint8Array.from(sides, (side) => (side === null ? 0 : 1)),
      sides,
    });
  });
  return records;
}
