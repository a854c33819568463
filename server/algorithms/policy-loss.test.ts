import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { klK3 } from "./kl";
import { clippedSide, lossWeights, policyLoss } from "./policy-loss";
import type { PolicyLossOptions } from "./policy-loss";

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

const plain: PolicyLossOptions = { epsilon: 0.2, epsilon_high: 0.2, beta: 0 };

interface Tokens {
  readonly logprobs: readonly number[];
  readonly old?: readonly number[] | null;
  readonly reference?: readonly number[];
  readonly advantages: readonly number[];
  readonly weights?: readonly number[];
}

/** Loss and gradient of packed tokens, each of weight 1 unless said otherwise. */
function lossAndGradient(tokens: Tokens, options = plain): { loss: number; gradient: number[] } {
  const vector = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values]);
  const { value, grad } = tf.valueAndGrad((logprobs: tf.Tensor) =>
    policyLoss(
      {
        logprobs,
        oldLogprobs: tokens.old ? vector(tokens.old) : null,
        referenceLogprobs: tokens.reference ? vector(tokens.reference) : null,
        advantages: vector(tokens.advantages),
        weights: vector(tokens.weights ?? tokens.logprobs.map(() => 1)),
      },
      options,
    ),
  )(vector(tokens.logprobs));
  return { loss: value.dataSync()[0]!, gradient: Array.from(grad.dataSync()) };
}

const logprob = fc.double({ min: -5, max: -0.01, noNaN: true });
const advantage = fc.double({ min: -3, max: 3, noNaN: true });
/** log of a ratio that is not within float32's reach of the edges of the clip. */
const logRatio = fc
  .double({ min: -1, max: 1, noNaN: true })
  .filter((value) => Math.abs(Math.exp(value) - 0.8) > 1e-3 && Math.abs(Math.exp(value) - 1.28) > 1e-3);

test("on-policy the gradient is −A · weight, whatever the log-probabilities", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, advantage), { minLength: 1, maxLength: 6 }), (tokens) => {
      const advantages = tokens.map(([, value]) => value);
      const weights = tokens.map((_, index) => 1 / (index + 1));
      const { loss, gradient } = lossAndGradient({ logprobs: tokens.map(([value]) => value), advantages, weights });
      gradient.forEach((value, index) => expect(value).toBeCloseTo(-advantages[index]! * weights[index]!, 5));
      expect(loss).toBeCloseTo(-advantages.reduce((sum, value, index) => sum + value * weights[index]!, 0), 4);
    }),
  );
});

test("the gradient vanishes where the clip is active, and only on that side", () => {
  const options = { ...plain, epsilon_high: 0.28 };
  fc.assert(
    fc.property(
      logprob,
      logRatio,
      advantage.filter((value) => Math.abs(value) > 1e-3),
      (old, log, A) => {
        const ratio = Math.exp(log);
        const [gradient] = lossAndGradient({ logprobs: [old + log], old: [old], advantages: [A] }, options).gradient;
        const side = clippedSide(ratio, A, options);
        expect(side).toBe(A < 0 && ratio < 0.8 ? "low" : A > 0 && ratio > 1.28 ? "high" : null);
        if (side !== null) expect(gradient === 0).toBe(true);
        else expect(gradient).toBeCloseTo(-A * ratio, 4);
      },
    ),
  );
});

test("delta bounds a large ratio also where A is negative and the clip does not", () => {
  const tokens = { logprobs: [Math.log(6)], old: [0], advantages: [-1] };
  expect(lossAndGradient(tokens).loss).toBeCloseTo(6, 4);
  const bounded = lossAndGradient(tokens, { ...plain, delta: 4 });
  expect(bounded.loss).toBeCloseTo(4, 5);
  expect(bounded.gradient[0] === 0).toBe(true);
});

test("tokens of weight 0 change neither loss nor gradient", () => {
  const padded = lossAndGradient({ logprobs: [-1, -30], old: [-1.1, -0.1], advantages: [2, -7], weights: [1, 0] });
  const alone = lossAndGradient({ logprobs: [-1], old: [-1.1], advantages: [2] });
  expect(padded.loss).toBeCloseTo(alone.loss, 6);
  expect(padded.gradient[0]).toBeCloseTo(alone.gradient[0]!, 6);
  expect(padded.gradient[1] === 0).toBe(true);
});

test("the KL penalty pulls towards the reference policy and is 0 on it", () => {
  const options = { ...plain, beta: 0.5 };
  const at = (logprob: number): { loss: number; gradient: number[] } =>
    lossAndGradient({ logprobs: [logprob], reference: [-1], advantages: [0] }, options);
  expect(at(-1).loss).toBeCloseTo(0, 7);
  expect(at(-0.5).gradient[0]).toBeCloseTo(0.5 * (1 - Math.exp(-0.5)), 5);
  expect(at(-1.5).gradient[0]).toBeCloseTo(0.5 * (1 - Math.exp(0.5)), 5);
});

test("beta without a reference policy is an error", () => {
  expect(() => lossAndGradient({ logprobs: [-1], advantages: [1] }, { ...plain, beta: 0.1 })).toThrow(
    "reference policy",
  );
});

test("k3 is never negative, and its mean over a policy's own samples is the KL divergence", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, logprob), { minLength: 1, maxLength: 8 }), (pairs) => {
      const values = tf.tidy(() =>
        Array.from(
          klK3(tf.tensor1d(pairs.map(([one]) => one)), tf.tensor1d(pairs.map(([, other]) => other))).dataSync(),
        ),
      );
      for (const value of values) expect(value).toBeGreaterThanOrEqual(-1e-5);
    }),
  );
  const policy = [0.5, 0.3, 0.2];
  const reference = [0.2, 0.3, 0.5];
  const k3 = klK3(tf.tensor1d(policy.map(Math.log)), tf.tensor1d(reference.map(Math.log))).dataSync();
  const divergence = policy.reduce((sum, p, index) => sum + p * Math.log(p / reference[index]!), 0);
  expect(policy.reduce((sum, p, index) => sum + p * k3[index]!, 0)).toBeCloseTo(divergence, 5);
});

test("grpo weighs completions equally, dapo tokens equally; both sum to 1 over the batch", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(lengths, fc.constantFrom("grpo", "dapo"), (counts, type) => {
      const tokens = counts.reduce((sum, count) => sum + count, 0);
      const weights = lossWeights(type, counts, { completions: counts.length, tokens });
      expect(weights.reduce((sum, weight, index) => sum + weight * counts[index]!, 0)).toBeCloseTo(1, 10);
      if (type === "dapo") expect(new Set(weights).size).toBe(1);
      else weights.forEach((weight, index) => expect(weight * counts[index]!).toBeCloseTo(1 / counts.length, 10));
    }),
  );
  // A part of a batch weighs as it does within the whole.
  const whole = { completions: 3, tokens: 12 };
  expect(lossWeights("dapo", [4], whole)).toEqual(lossWeights("dapo", [5, 4, 3], whole).slice(1, 2));
  expect(lossWeights("grpo", [4], whole)).toEqual(lossWeights("grpo", [5, 4, 3], whole).slice(1, 2));
});
