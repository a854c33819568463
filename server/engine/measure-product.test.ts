import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { composedOperations } from "./composed/operations";
import { testEngine } from "./engine.testing";
import { measureProduct } from "./measure-product";

testEngine("cpu");

test("the rate is that of the fastest round, without what warms up, and nothing stays in memory", () => {
  let clock = 0;
  let calls = 0;
  // The first product takes long; then one takes 4 ms, and the third and every later one 2 ms.
  const linear: typeof composedOperations.linear = (x, weight) => {
    calls++;
    clock += calls === 1 ? 900 : calls === 2 ? 4 : 2;
    return composedOperations.linear(x, weight);
  };
  const before = tf.memory().numTensors;
  const { shape, gflops } = measureProduct({ linear }, [10, 20, 50], 40, () => clock);
  expect(shape).toEqual([10, 20, 50]);
  // 2 · 10 · 20 · 50 operations in 2 ms.
  expect(gflops).toBeCloseTo(20_000 / 2e6, 10);
  expect(clock).toBeLessThan(900 + 40 + 40);
  expect(tf.memory().numTensors).toBe(before);
});

test("on a real clock it ends, and says a rate", () => {
  const { gflops } = measureProduct(composedOperations, [4, 8, 16], 5);
  expect(gflops).toBeGreaterThan(0);
  expect(Number.isFinite(gflops)).toBe(true);
});
