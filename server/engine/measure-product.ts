/** How fast an engine multiplies matrices of the shapes that models have. */
import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "./fused-operations";
import type { MeasuredProduct, ProductShape } from "../protocol/engine";

/**
 * Times `x [rows, inner] · weight [columns, inner]ᵀ` on the backend that runs, until `milliseconds` have passed, ahead of which one product warms up (it
 * compiles, packs and moves). The rate is of the fastest of the rounds: others are held up by what else the machine does. One number is read after each round,
 * since a GPU answers before it has computed.
 */
export function measureProduct(
  { linear }: Pick<FusedOperations, "linear">,
  shape: ProductShape,
  milliseconds = 250,
  now = () => performance.now(),
): MeasuredProduct {
  const [rows, inner, columns] = shape;
  const x = tf.fill<tf.Rank.R2>([rows, inner], 0.5);
  const weight = tf.fill<tf.Rank.R2>([columns, inner], 0.25);
  const round = (times: number): number => {
    const begun = now();
    tf.tidy(() => {
      for (let time = 1; time < times; time++) linear(x, weight).dispose();
      tf.slice(linear(x, weight), [0, 0], [1, 1]).dataSync();
    });
    return now() - begun;
  };
  try {
    round(1);
    let fastest = Infinity;
    const begun = now();
    for (let times = 1; now() - begun < milliseconds || fastest === Infinity;) {
      const taken = round(times);
      fastest = Math.min(fastest, taken / times);
      // Reading a number costs a GPU more than such a product: it is to be a small part of a round.
      if (taken < milliseconds / 8) times *= 2;
    }
    return { shape, gflops: (2 * rows * inner * columns) / (fastest * 1e6) };
  } finally {
    tf.dispose([x, weight]);
  }
}
