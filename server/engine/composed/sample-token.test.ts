import fc from "fast-check";
import { expect, test } from "vitest";
import type { SamplingSettings } from "../fused-operations";
import { sampleToken } from "./sample-token";

function softmax(logits: readonly number[], temperature: number): number[] {
  const best = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const logits = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 20 });
const temperature = fc.double({ min: 0.05, max: 4, noNaN: true });

const at = (heat: number): SamplingSettings => ({ temperature: heat, top_k: 0, top_p: 1, min_p: 0 });

test("log-probability and entropy are those of softmax(logits / temperature), of the row asked for", () => {
  fc.assert(
    fc.property(
      logits,
      temperature,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (values, heat, uniform) => {
        const other = values.map((value) => 1000 - value);
        const rows = Float32Array.from([...other, ...values, ...other]);
        const { token, logprob, entropy } = sampleToken(rows, 1, values.length, at(heat), uniform);
        const probabilities = softmax(values, heat);
        expect(Math.exp(logprob)).toBeCloseTo(probabilities[token]!, 9);
        const expected = probabilities.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
        expect(entropy).toBeCloseTo(expected, 9);
      },
    ),
  );
});

test("tokens come up as often as the distribution says", () => {
  const values = [2, 0, 1, -1, 1.5];
  const counts = values.map(() => 0);
  const draws = 20_000;
  for (let draw = 0; draw < draws; draw++) {
    // Every part of the way from 0 to 1, once.
    counts[sampleToken(Float32Array.from(values), 0, 5, at(0.8), (draw + 0.5) / draws).token]!++;
  }
  softmax(values, 0.8).forEach((p, id) => expect(Math.abs(counts[id]! - draws * p)).toBeLessThanOrEqual(1));
});

test("greedy takes the likeliest token, the lowest id among equals", () => {
  expect(sampleToken(Float32Array.from([1, 3, 3, 2]), 0, 4, at(1), null).token).toBe(1);
});

const reachable = (values: readonly number[], settings: Partial<SamplingSettings>): number[] => {
  const drawn = Array.from({ length: 4000 }, (_, index) =>
    sampleToken(Float32Array.from(values), 0, values.length, { ...at(1), ...settings }, (index + 0.5) / 4000),
  );
  return [...new Set(drawn.map(({ token }) => token))].sort((a, b) => a - b);
};

/** Probabilities .5, .25, .125, .0625, .0625, in no order. */
const halves = [0.125, 0.5, 0.0625, 0.25, 0.0625].map(Math.log);

test.each([
  ["top_k 2", { top_k: 2 }, [1, 3]],
  ["top_k beyond the vocabulary", { top_k: 9 }, [0, 1, 2, 3, 4]],
  ["top_k 4 keeps both of the equal last", { top_k: 4 }, [0, 1, 2, 3, 4]],
  ["top_p 0.7 keeps what reaches it", { top_p: 0.7 }, [1, 3]],
  ["top_p 0.01 keeps the likeliest", { top_p: 0.01 }, [1]],
  ["min_p 0.2", { min_p: 0.2 }, [0, 1, 3]],
  // Of the two that top-k leaves the likeliest holds two thirds.
  ["top_p after top_k", { top_k: 2, top_p: 0.6 }, [1]],
])("%s", (_, settings, tokens) => {
  expect(reachable(halves, settings)).toEqual(tokens);
});

test("what is recorded is the whole distribution, whatever is left to draw from", () => {
  const logits = Float32Array.from(halves);
  const [all, few] = [at(1), { ...at(1), top_k: 1 }].map((settings) => sampleToken(logits, 0, 5, settings, 0.3));
  expect(few).toEqual(all);
});
