import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { expect, test } from "vitest";
import { packSequences, packToLast } from "./packing";

test("rows that predict a completion are those before its tokens, within its own sequence", () => {
  const packed = packSequences([
    { prompt: [5], completion: [6, 7] },
    { prompt: [8, 9], completion: [10] },
  ]);
  expect(Array.from(packed.tokens.dataSync())).toEqual([5, 6, 8, 9]);
  expect(Array.from(packed.predicting.dataSync())).toEqual([0, 1, 3]);
  expect(Array.from(packed.targets.dataSync())).toEqual([6, 7, 10]);
});

test("an empty prompt is refused: its completion would follow from the sequence before it", () => {
  const before = tf.memory().numTensors;
  const one = { prompt: [5], completion: [6, 7] };
  expect(() => packSequences([one, { prompt: [], completion: [8] }])).toThrow(/A sequence has no prompt/);
  expect(() => packToLast([one, { prompt: [], completion: [] }])).toThrow(/A sequence has no prompt/);
  expect(() => packSequences([one, { prompt: [8], completion: [] }])).toThrow(/A completion has no tokens/);
  expect(tf.memory().numTensors).toBe(before);
});
