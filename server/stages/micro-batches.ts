/**
 * Parts of a batch that go through a model one after the other, their gradients added up: the numbers of the whole batch, within rounding, in the memory
 * of a part. What a loss divides by is of the whole batch.
 */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import { lossAndGradients, sumGradients } from "../engine/optimizer";
import { activationBytes } from "../models/activation-memory";
import { disposePacked, type PackedSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import { numbersOf, type Weights } from "../models/weights";
import { amount } from "../shared/amount";
import type { StageContext } from "./context";

/** Cuts a batch into parts, in order. `tokensOf`: of one of its members. */
export type Parts = <T>(batch: readonly T[], tokensOf: (item: T) => number) => readonly (readonly T[])[];

/** The whole batch as one part. */
export const whole: Parts = (batch) => [batch];

const inChunks = <T>(batch: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(batch.length / size) }, (_, index) => batch.slice(index * size, (index + 1) * size));

/** As many members a part as have together at most so many tokens, and at least one. */
export function within<T>(batch: readonly T[], tokensOf: (item: T) => number, most: number): (readonly T[])[] {
  const parts: T[][] = [];
  let held = Infinity;
  for (const item of batch) {
    const tokens = tokensOf(item);
    if (held + tokens > most) {
      parts.push([]);
      held = 0;
    }
    parts.at(-1)!.push(item);
    held += tokens;
  }
  return parts;
}

/** Numbers that a training step holds for each of the model's: weights, two moments, gradients, and those of the part before. */
const perTrained = 5;
/** Share of the engine's memory that is counted on: free memory lies in pieces. */
const usable = 0.85;

/** Models that a stage holds in memory. */
export interface HeldModels {
  readonly policy: Policy;
  /** Models of the policy's size that are trained, the policy among them. */
  readonly trained: number;
  /** Those that are only asked. */
  readonly asked: number;
}

/** Tokens that go through a model together; null: as many as there are, for an engine without a limit. */
export function mostTokens({ policy, trained, asked }: HeldModels, limit = fused().memoryLimit): number | null {
  if (limit === null) return null;
  const { embedding, block, perToken } = activationBytes(policy.config);
  const numbers = numbersOf(policy.trained) * (perTrained * trained + asked);
  // Beside an adapter the model itself is there once, and has no gradients.
  const held = policy.adapter ? 4 * (numbersOf(policy.weights) + numbers) + block : 4 * numbers + embedding;
  return Math.max(1, Math.floor((usable * limit - held) / perToken));
}

/**
 * How a stage cuts its batches: by its `micro_batch_size`, else where the estimate says that a batch does not fit into the engine's memory. That follows
 * from shapes alone, so that a resumed run cuts as the one that was not interrupted.
 */
export function partsOf(
  { remark }: Pick<StageContext, "remark">,
  { micro_batch_size }: { readonly micro_batch_size?: number | undefined },
  models: HeldModels,
  limit = fused().memoryLimit,
): Parts {
  if (micro_batch_size !== undefined) return (batch) => inChunks(batch, micro_batch_size);
  const most = mostTokens(models, limit);
  let said = 1;
  return (batch, tokensOf) => {
    const tokens = batch.reduce((sum, item) => sum + tokensOf(item), 0);
    if (most === null || tokens <= most) return [batch];
    const parts = within(batch, tokensOf, most);
    if (parts.length > said) {
      said = parts.length;
      const bytes = tokens * activationBytes(models.policy.config).perToken;
      remark(
        "micro-batches",
        `A batch of ${amount(tokens)} tokens would take about ${(bytes / 1e9).toFixed(1)} GB beside the model, more than the engine's memory holds: it goes through ` +
          `the model in ${amount(parts.length)} parts of at most ${amount(most)} tokens. The numbers are those of the whole batch within rounding; micro_batch_size sets the parts.`,
      );
    }
    return parts;
  };
}

/**
 * The sum over the parts of a loss, with its gradients, which are the caller's to dispose. `pack` lays a part out, `loss` computes what it adds to the
 * loss of the whole batch.
 */
export function gradientsOf<T>(
  parameters: Weights,
  parts: readonly (readonly T[])[],
  pack: (part: readonly T[]) => PackedSequences,
  loss: (packed: PackedSequences, part: readonly T[], index: number) => tf.Scalar,
): {
  readonly loss: number;
  readonly gradients: Map<string, tf.Tensor>;
  readonly tokens: number;
  readonly targets: number;
} {
  let [total, tokens, targets] = [0, 0, 0];
  let sum: Map<string, tf.Tensor> | undefined;
  for (const [index, part] of parts.entries()) {
    const packed = pack(part);
    try {
      const found = lossAndGradients(parameters, () => loss(packed, part, index));
      total += found.loss;
      sum = sum ? sumGradients(sum, found.gradients) : found.gradients;
      tokens += packed.tokens.size;
      targets += packed.targets.size;
    } catch (error) {
      tf.dispose([...(sum?.values() ?? [])]);
      throw error;
    } finally {
      disposePacked(packed);
    }
  }
  return { loss: total, gradients: sum ?? new Map<string, tf.Tensor>(), tokens, targets };
}
