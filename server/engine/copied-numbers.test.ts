import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { copiedNumbers } from "./copied-numbers";
import { testEngine } from "./engine.testing";
import { placedVariable } from "./placed-variable";

describe.each(["cpu", "simd"] as const)("%s", (engine) => {
  testEngine(engine);

  test("numbers are in an array that may be given away: the tensor keeps its own", () => {
    for (const tensor of [tf.tensor([1, 2, 3]), placedVariable(new Float32Array([1, 2, 3]), [3], true)]) {
      const copy = copiedNumbers(tensor);
      expect([...copy]).toEqual([1, 2, 3]);
      structuredClone(copy, { transfer: [copy.buffer as ArrayBuffer] });
      expect(copy.length).toBe(0);
      expect([...tensor.dataSync()]).toEqual([1, 2, 3]);
      expect([...copiedNumbers(tensor)]).toEqual([1, 2, 3]);
      tensor.dispose();
    }
  });
});
