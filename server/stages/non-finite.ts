/** Numbers that are not finite: which one was the first, so that somebody can look there. */
import type * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import { eachCompletion } from "../algorithms/packed";
import type { Rollout } from "../rollouts/generate";

/** The update was not applied. */
export class NonFiniteStep extends Error {
  /** Updates of the same step that were applied before. */
  updates = 0;
}

/** Throws when one of the `[tokens]` values is not finite. */
export function checkTokens(what: string, values: ArrayLike<number>, rollouts: readonly Rollout[]): void {
  const lengths = rollouts.map(({ completion }) => completion.length);
  eachCompletion(lengths, (start, end, index) => {
    for (let token = start; token < end; token++) {
      if (Number.isFinite(values[token])) continue;
      const { group, sample, completion } = rollouts[index]!;
      throw new NonFiniteStep(
        `the ${what} of token ${token - start + 1} of ${end - start} (id ${completion[token - start]!}) of group ${group + 1}, sample ${sample + 1} is ${values[token]!}`,
      );
    }
  });
}

/** Throws when a gradient is not finite or too large to be squared. */
export function checkGradients(gradients: ReadonlyMap<string, tf.Tensor>): void {
  for (const [name, gradient] of gradients) {
    if (Number.isFinite(fused().sumOfSquares([gradient]))) continue;
    const values = gradient.dataSync();
    const at = values.findIndex((value) => !Number.isFinite(value));
    const value =
      at < 0 ? "too large to be squared" : `${values[at]!} at position ${at} of [${gradient.shape.join(", ")}]`;
    throw new NonFiniteStep(`the gradient of ${name} is ${value}`);
  }
}
