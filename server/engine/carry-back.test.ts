import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { carryBack } from "./carry-back";
import { lossAndGradients } from "./optimizer";
import { testEngine } from "./engine.testing";

testEngine("cpu");

test("the gradient is that of the loss which was computed outside", () => {
  const weight = tf.variable(tf.tensor1d([0.5, -2, 3]));
  // loss = Σ (w²)³ / 3, of which the engine sees w² only.
  const { gradients } = lossAndGradients(new Map([["w", weight]]), () => {
    const squares = tf.square(weight);
    return carryBack(
      squares,
      Array.from(squares.dataSync(), (square) => square ** 2),
    );
  });
  const expected = Array.from(weight.dataSync(), (w) => 2 * w ** 5);
  expect(Array.from(gradients.get("w")!.dataSync())).toEqual(expected);
});

test("as many slopes as outputs", () => {
  expect(() => carryBack(tf.tensor1d([1, 2, 3]), [1, 2])).toThrow();
});
