/** How an RL step cuts what it learns from into updates. */
import { randomPermutation, type Random } from "../../shared/random";
import type { RlSpec } from "../../recipes/stages";

export interface MiniBatch {
  /** Of `num_iterations`, from 0. */
  readonly pass: number;
  /** Indices of rollouts. */
  readonly places: readonly number[];
}

/** The updates of a step in order; rollouts are in another order in each pass where there is more than one mini-batch. None is empty. */
export const miniBatches = (
  rollouts: number,
  { num_iterations, num_mini_batches }: Pick<RlSpec, "num_iterations" | "num_mini_batches">,
  random: (pass: number) => Random,
): MiniBatch[] =>
  Array.from({ length: num_iterations }, (_, pass) => {
    const order =
      num_mini_batches === 1
        ? Array.from({ length: rollouts }, (__, place) => place)
        : randomPermutation(random(pass), rollouts);
    const bounds = Array.from({ length: num_mini_batches + 1 }, (__, part) =>
      Math.round((part * rollouts) / num_mini_batches),
    );
    return bounds
      .slice(1)
      .flatMap((end, part) => (end > bounds[part]! ? [{ pass, places: order.slice(bounds[part], end) }] : []));
  }).flat();
