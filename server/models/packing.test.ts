import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { expect, test } from "vitest";
import { packedTokens, packSequences, packToLast } from "./packing";

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

test("neighbours share the rows of a long prompt, and no others", () => {
  const prompt = Array.from({ length: 32 }, (_, index) => index + 100);
  const packed = packSequences([
    { prompt, completion: [1, 2, 3] },
    { prompt: [...prompt], completion: [4] },
    { prompt, completion: [5, 6], learnt: [false, true] },
    { prompt: [7], completion: [8, 9] },
  ]);
  expect(Array.from(packed.tokens.dataSync())).toEqual([...prompt, 1, 2, 5, 7, 8]);
  expect(Array.from(packed.positions.dataSync()).slice(31)).toEqual([31, 32, 33, 32, 0, 1]);
  expect(Array.from(packed.predicting.dataSync())).toEqual([31, 32, 33, 31, 34, 35, 36]);
  expect(Array.from(packed.targets.dataSync())).toEqual([1, 2, 3, 4, 6, 8, 9]);
  expect(packedTokens(packed)).toBe(34 + 32 + 33 + 2);
  const seen = Array.from(packed.shared!.seen.dataSync());
  const all = prompt.map((_, row) => row);
  expect(seen).toEqual([...all, 32, 33, ...all, ...all, 34, 35, 36]);
  expect(Array.from(packed.shared!.first.dataSync())).toEqual([...all, 32, 33, 98, 99, 100]);
  expect(Array.from(packed.sequences.table.dataSync())).toEqual(
    [
      [0, 34],
      [34, 32],
      [66, 33],
      [99, 2],
    ].flatMap(([start, length]) => [start, length, start, length]),
  );
  const short = packSequences([
    { prompt: prompt.slice(1), completion: [1] },
    { prompt: prompt.slice(1), completion: [2] },
  ]);
  expect(short.shared).toBeNull();
});
