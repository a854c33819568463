import fc from "fast-check";
import { expect, test } from "vitest";
import { klDerivative, klEstimate, klEstimators } from "./kl";
import { lossWeights } from "./loss-weights";
import { importanceSamplingLevels, policyLoss, type PolicyLossInput, type PolicyLossOptions } from "./policy-loss";
import { lossTypes } from "../protocol/loss-types";
import { clippedSide } from "./token-losses";
import { plainLoss as plain } from "./plain-loss.testing";

type Tokens = Partial<PolicyLossInput> & Pick<PolicyLossInput, "logprobs" | "advantages">;

/** Of one completion a token each, unless said otherwise; each token weighs 1. */
function lossOf(tokens: Tokens, options: PolicyLossOptions = plain) {
  const count = tokens.logprobs.length;
  return policyLoss(
    {
      lengths: Array<number>(count).fill(1),
      oldLogprobs: null,
      referenceLogprobs: null,
      entropies: null,
      importanceRatios: null,
      entropyCoef: 0,
      totals: { completions: 1, tokens: 1, max_completion_length: 1 },
      ...tokens,
    },
    options,
  );
}

const logprob = fc.double({ min: -5, max: -0.01, noNaN: true });
const advantage = fc.double({ min: -3, max: 3, noNaN: true });
/** log of a ratio away from the edges of clips, where a loss has no derivative. */
const logRatio = fc
  .double({ min: -1, max: 1, noNaN: true })
  .filter((value) => [0.8, 1.2, 1.28, 1.1].every((edge) => Math.abs(Math.exp(value) - edge) > 1e-3));
const lossType = fc.constantFrom(...lossTypes);

test("on-policy the gradient of the clipped losses is −A · weight, whatever the log-probabilities", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, advantage), { minLength: 1, maxLength: 6 }), (tokens) => {
      const advantages = tokens.map(([, value]) => value);
      const { loss, gradient } = lossOf({ logprobs: tokens.map(([value]) => value), advantages });
      gradient.forEach((value, index) => expect(value).toBeCloseTo(-advantages[index]!, 10));
      expect(loss).toBeCloseTo(-advantages.reduce((sum, value) => sum + value, 0), 10);
    }),
  );
});

test("gradients are those of the value, by finite differences, for every loss, level and KL", () => {
  const token = fc.record({
    old: logprob,
    log: logRatio,
    A: advantage.filter((value) => Math.abs(value) > 0.01),
    ref: logprob,
  });
  const step = 1e-6;
  fc.assert(
    fc.property(
      fc.array(token, { minLength: 3, maxLength: 5 }),
      // These weigh log π by a constant made of the ratio: their value has another derivative than the gradient that they mean.
      lossType.filter((type) => type !== "cispo" && type !== "vespo"),
      fc.constantFrom(...importanceSamplingLevels),
      fc.constantFrom(...klEstimators),
      fc.boolean(),
      (tokens, loss_type, level, kl_estimator, use_bias_correction_kl) => {
        const options: PolicyLossOptions = {
          ...plain,
          loss_type,
          importance_sampling_level: level,
          epsilon: 1e3,
          epsilon_high: 1e3,
          beta: 0.3,
          kl_estimator,
          use_bias_correction_kl,
        };
        const at = (moved: number, by: number) =>
          lossOf(
            {
              lengths: [2, tokens.length - 2],
              logprobs: tokens.map(({ old, log }, index) => old + log + (index === moved ? by : 0)),
              oldLogprobs: tokens.map(({ old }) => old),
              referenceLogprobs: tokens.map(({ ref }) => ref),
              advantages: tokens.map((_, index) => tokens[index < 2 ? 0 : 2]!.A),
              totals: { completions: 2, tokens: tokens.length, max_completion_length: 8 },
            },
            options,
          );
        const { gradient } = at(-1, 0);
        tokens.forEach((_, index) => {
          const slope = (at(index, step).loss - at(index, -step).loss) / (2 * step);
          expect(Math.abs(gradient[index]! - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
        });
      },
    ),
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
        const [gradient] = lossOf({ logprobs: [old + log], oldLogprobs: [old], advantages: [A] }, options).gradient;
        const side = clippedSide("dapo", ratio, A, options);
        expect(side).toBe(A < 0 && ratio < 0.8 ? "low" : A > 0 && ratio > 1.28 ? "high" : null);
        if (side !== null) expect(gradient).toBeCloseTo(0, 12);
        else expect(gradient).toBeCloseTo(-A * ratio, 8);
      },
    ),
  );
});

test("delta and the dual clip bound a large ratio where A is negative and the clip does not", () => {
  const tokens = { logprobs: [Math.log(6)], oldLogprobs: [0], advantages: [-1] };
  expect(lossOf(tokens).loss).toBeCloseTo(6, 8);
  for (const options of [
    { ...plain, delta: 4 },
    { ...plain, dual_clip: 4 },
  ]) {
    const bounded = lossOf(tokens, options);
    expect(bounded.loss).toBeCloseTo(4, 8);
    expect(bounded.gradient[0]).toBeCloseTo(0, 12);
  }
});

test("GSPO is GRPO where completions are one token long", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(logprob, logRatio, advantage), { minLength: 1, maxLength: 6 }), (tokens) => {
      const input = {
        logprobs: tokens.map(([old, log]) => old + log),
        oldLogprobs: tokens.map(([old]) => old),
        advantages: tokens.map(([, , A]) => A),
      };
      const token = lossOf(input);
      const sequence = lossOf(input, { ...plain, importance_sampling_level: "sequence" });
      expect(sequence.loss).toBeCloseTo(token.loss, 10);
      sequence.gradient.forEach((value, index) => expect(value).toBeCloseTo(token.gradient[index]!, 10));
    }),
  );
});

test("permuting completions permutes gradients and leaves the loss", () => {
  const completion = fc.record({
    tokens: fc.array(fc.tuple(logprob, logRatio), { minLength: 1, maxLength: 4 }),
    A: advantage,
  });
  fc.assert(
    fc.property(fc.array(completion, { minLength: 2, maxLength: 4 }), lossType, (completions, loss_type) => {
      const of = (list: typeof completions) => {
        const tokens = list.flatMap(({ tokens: some, A }) => some.map(([old, log]) => ({ old, log, A })));
        const { loss, gradient } = lossOf(
          {
            lengths: list.map(({ tokens: some }) => some.length),
            logprobs: tokens.map(({ old, log }) => old + log),
            oldLogprobs: tokens.map(({ old }) => old),
            advantages: tokens.map(({ A }) => A),
            totals: { completions: list.length, tokens: tokens.length, max_completion_length: 8 },
          },
          { ...plain, loss_type },
        );
        let at = 0;
        return { loss, gradients: list.map(({ tokens: some }) => Array.from(gradient.slice(at, (at += some.length)))) };
      };
      const forward = of(completions);
      const backward = of([...completions].reverse());
      expect(backward.loss).toBeCloseTo(forward.loss, 10);
      expect(
        backward.gradients
          .reverse()
          .flat()
          .every((value, index) => Math.abs(value - forward.gradients.flat()[index]!) < 1e-12),
      ).toBe(true);
    }),
  );
});

test("only the tokens of the highest entropy learn, while the KL acts on all; the bonus acts on those that learn", () => {
  const input = {
    lengths: [4],
    logprobs: [-1, -1, -1, -1],
    referenceLogprobs: [-2, -2, -2, -2],
    advantages: [1, 1, 1, 1],
    entropies: [0.1, 2, 0.2, 0.3],
    entropyCoef: 0.5,
  };
  const { gradient, entropyGradient } = lossOf(input, { ...plain, top_entropy_quantile: 0.25, beta: 0.1 });
  const kl = 0.1 * klDerivative("k3", -1, -2);
  [kl, kl - 1, kl, kl].forEach((value, token) => expect(gradient[token]).toBeCloseTo(value, 10));
  expect(Array.from(entropyGradient!, (value) => value + 0)).toEqual([0, -0.5, 0, 0]);
});

test("completions far from the policy are left out where their advantage is negative", () => {
  const input = { lengths: [1, 1], logprobs: [-3, -3], oldLogprobs: [-1, -1], advantages: [-1, 1] };
  const { gradient } = lossOf(input, { ...plain, epsilon: 5, off_policy_mask_threshold: 0.5 });
  expect(gradient[0]).toBeCloseTo(0, 12);
  expect(gradient[1]).toBeCloseTo(-Math.exp(-2), 10);
});

test("the KL penalty pulls towards the reference policy and is 0 on it; without one it is an error", () => {
  const options = { ...plain, beta: 0.5 };
  const at = (value: number) => lossOf({ logprobs: [value], referenceLogprobs: [-1], advantages: [0] }, options);
  expect(at(-1).loss).toBeCloseTo(0, 12);
  expect(at(-0.5).gradient[0]).toBeCloseTo(0.5 * (1 - Math.exp(-0.5)), 10);
  expect(at(-1.5).gradient[0]).toBeCloseTo(0.5 * (1 - Math.exp(0.5)), 10);
  expect(() => lossOf({ logprobs: [-1], advantages: [1] }, options)).toThrow("reference policy");
});

test("k2 and k3 are never negative, and means of k1 and k3 over a policy's own samples are the KL divergence", () => {
  fc.assert(
    fc.property(logprob, logprob, (one, other) => {
      for (const estimator of ["k2", "k3"] as const)
        expect(klEstimate(estimator, one, other)).toBeGreaterThanOrEqual(-1e-12);
    }),
  );
  const policy = [0.5, 0.3, 0.2];
  const reference = [0.2, 0.3, 0.5];
  const divergence = policy.reduce((sum, p, index) => sum + p * Math.log(p / reference[index]!), 0);
  for (const estimator of ["k1", "k3"] as const) {
    const mean = policy.reduce(
      (sum, p, index) => sum + p * klEstimate(estimator, Math.log(p), Math.log(reference[index]!)),
      0,
    );
    expect(mean).toBeCloseTo(divergence, 10);
  }
});

test("weights are means over completions, over tokens, or by a constant; a part of a batch weighs as it does within the whole", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(lengths, lossType, (counts, type) => {
      const tokens = counts.reduce((sum, count) => sum + count, 0);
      const totals = { completions: counts.length, tokens, max_completion_length: 200 };
      const weights = lossWeights(type, counts, totals);
      const total = weights.reduce((sum, weight, index) => sum + weight * counts[index]!, 0);
      const mean = tokens / counts.length;
      expect(total).toBeCloseTo(type === "luspo" ? mean : type === "dr_grpo" ? mean / 200 : 1, 8);
      expect(lossWeights(type, counts.slice(0, 1), totals)).toEqual(weights.slice(0, 1));
    }),
  );
});
