/**
 * Parts of a batch that go through a model one after the other, their gradients added up: the numbers of the whole batch, within rounding, in the memory
 * of a part. What a loss divides by is of the whole batch.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { summedGradients } from "../engine/optimizer";
import { nextNoise, withNoise, type Noise } from "../models/adapter-dropout";
import { disposePacked, packedTokens, type PackedSequences } from "../models/packing";
import type { Weights } from "../models/weights";
import type { MemoryPlan } from "../protocol/memory";

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

/** How a plan has batches cut. `micro_batch_size`: by their members' number, whatever they hold. */
export const partsOfPlan = (
  { part, recompute }: Pick<MemoryPlan, "part" | "recompute">,
  micro_batch_size: number | undefined,
): Parts =>
  partsBy((batch, tokensOf) => {
    if (micro_batch_size !== undefined) return inChunks(batch, micro_batch_size);
    const tokens = batch.reduce((sum, item) => sum + tokensOf(item), 0);
    return part === null || tokens <= part ? [batch] : within(batch, tokensOf, part);
  }, recompute);

/**
 * The sum over the parts of a loss, with its gradients, which are the caller's to dispose. `pack` lays a part out, `loss` computes what it adds to the
 * loss of the whole batch. `recompute`: see {@link Parts}. `noise`: of adapters with dropout.
 */
export function gradientsOf<T>(
  parameters: Weights,
  parts: readonly (readonly T[])[],
  pack: (part: readonly T[]) => PackedSequences,
  loss: (packed: PackedSequences, part: readonly T[], index: number) => tf.Scalar,
  { recompute }: Pick<Parts, "recompute">,
  noise: Noise = nextNoise(),
): {
  readonly loss: number;
  readonly gradients: Map<string, tf.Tensor>;
  readonly tokens: number;
  readonly targets: number;
} {
  let [tokens, targets] = [0, 0];
  if (parts.length === 0) return { loss: 0, gradients: new Map(), tokens, targets };
  const sum = (add: (loss: () => tf.Scalar) => number): number => {
    let total = 0;
    for (const [index, part] of parts.entries()) {
      const packed = pack(part);
      try {
        total += add(() => loss(packed, part, index));
        tokens += packedTokens(packed);
        targets += packed.targets.size;
      } finally {
        disposePacked(packed);
      }
    }
    return total;
  };
  const found = withNoise(noise, () => summedGradients(parameters, recompute, sum));
  return { ...found, tokens, targets };
}
