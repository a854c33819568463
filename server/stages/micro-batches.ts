/**
 * Parts of a batch that go through a model one after the other, their gradients added up: the numbers of the whole batch, within rounding, in the memory
 * of a part. What a loss divides by is of the whole batch.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import { summedGradients } from "../engine/optimizer";
import { activationBytes } from "../models/activation-memory";
import { disposePacked, type PackedSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import { numbersOf, type Weights } from "../models/weights";
import { amount } from "../shared/amount";
import type { StageContext } from "./context";

/** How a stage's batches go through the models. */
export interface Parts {
  /** Cuts a batch, in order. `tokensOf`: of one of its members. */
  <T>(batch: readonly T[], tokensOf: (item: T) => number): readonly (readonly T[])[];
  /** Layers are computed again in the backward pass, so that a part holds their inputs alone. */
  readonly recompute: boolean;
}

type Cut = <T>(batch: readonly T[], tokensOf: (item: T) => number) => readonly (readonly T[])[];
const partsBy = (cut: Cut, recompute: boolean): Parts =>
  Object.assign<Cut, Pick<Parts, "recompute">>((batch, tokensOf) => cut(batch, tokensOf), { recompute });

/** The whole batch as one part. */
export const whole: Parts = partsBy((batch) => [batch], false);

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

/** Numbers that a training step holds for each of the model's: weights, two moments, gradients. */
const perTrained = 4;
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
  const { block, perToken } = activationBytes(policy.config);
  const numbers = numbersOf(policy.trained) * (perTrained * trained + asked);
  // Beside an adapter the model itself is there once, and has no gradients.
  const held = 4 * (numbers + (policy.adapter ? numbersOf(policy.weights) : 0)) + block;
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
  if (micro_batch_size !== undefined) return partsBy((batch) => inChunks(batch, micro_batch_size), false);
  const most = mostTokens(models, limit);
  let said = 1;
  return partsBy((batch, tokensOf) => {
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
  }, false);
}

/**
 * The sum over the parts of a loss, with its gradients, which are the caller's to dispose. `pack` lays a part out, `loss` computes what it adds to the
 * loss of the whole batch. `recompute`: see {@link Parts}.
 */
export function gradientsOf<T>(
  parameters: Weights,
  parts: readonly (readonly T[])[],
  pack: (part: readonly T[]) => PackedSequences,
  loss: (packed: PackedSequences, part: readonly T[], index: number) => tf.Scalar,
  { recompute }: Pick<Parts, "recompute">,
): {
  readonly loss: number;
  readonly gradients: Map<string, tf.Tensor>;
  readonly tokens: number;
  readonly targets: number;
} {
  let [tokens, targets] = [0, 0];
  if (parts.length === 0) return { loss: 0, gradients: new Map(), tokens, targets };
  const found = summedGradients(parameters, recompute, (add) => {
    let total = 0;
    for (const [index, part] of parts.entries()) {
      const packed = pack(part);
      try {
        total += add(() => loss(packed, part, index));
        tokens += packed.tokens.size;
        targets += packed.targets.size;
      } finally {
        disposePacked(packed);
      }
    }
    return total;
  });
  return { ...found, tokens, targets };
}
