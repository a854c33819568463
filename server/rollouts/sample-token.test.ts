import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../algorithms/random";
import { sampleToken } from "./sample-token";

function softmax(logits: readonly number[], temperature: number): number[] {
  const best = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 20 });
const temperature = fc.double({ min: 0.05, max: 4, noNaN: true });

test("log-probability and entropy are those of softmax(logits / temperature), of the row asked for", () => {
  fc.assert(
    fc.property(logits, temperature, fc.nat(), (values, heat, seed) => {
      const other = values.map((value) => 1000 - value);
      const rows = Float32Array.from([...other, ...values, ...other]);
      const { token, logprob, entropy } = sampleToken(rows, 1, values.length, heat, randomStream(seed));
      const probabilities = softmax(values, heat);
      expect(Math.exp(logprob)).toBeCloseTo(probabilities[token]!, 9);
      const expected = probabilities.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
      expect(entropy).toBeCloseTo(expected, 9);
    }),
  );
});

test("tokens come up as often as the distribution says", () => {
  const values = [2, 0, 1, -1, 1.5];
  const random = randomStream("frequencies");
  const counts = values.map(() => 0);
  const draws = 20_000;
  for (let draw = 0; draw < draws; draw++) counts[sampleToken(Float32Array.from(values), 0, 5, 0.8, random).token]!++;
  const chiSquare = softmax(values, 0.8).reduce((sum, p, id) => sum + (counts[id]! - draws * p) ** 2 / (draws * p), 0);
  // 99.9 % quantile with 4 degrees of freedom: 18.5.
  expect(chiSquare).toBeLessThan(18.5);
});

test("greedy takes the likeliest token, the lowest id among equals", () => {
  expect(sampleToken(Float32Array.from([1, 3, 3, 2]), 0, 4, 1, null).token).toBe(1);
});
