import fc from "fast-check";
import { expect, test } from "vitest";
import { generalisedAdvantages, tokenRewards } from "./generalised-advantage";
import { adaptedBeta } from "./kl";
import { perTokenOf } from "./packed";
import { policyLoss } from "./policy-loss";
import { explainedVariance, valueLoss } from "./ppo";
import { whiten } from "./whiten";
import { plainLoss as plain } from "./plain-loss.testing";

const value = fc.double({ min: -3, max: 3, noNaN: true });
const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
test("PPO with λ = 1, γ = 1 and a critic that says 0 is REINFORCE: its gradient is −R · ∇log π", () => {
  const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), value), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(samples, fc.double({ min: -5, max: -0.01, noNaN: true }), (list, logprob) => {
      const [sizes, rewards] = [list.map(([length]) => length), list.map(([, reward]) => reward)];
      const paid = tokenRewards(sizes, rewards, null);
      const { advantages } = generalisedAdvantages(sizes, paid, new Float64Array(paid.length), { gamma: 1, lam: 1 });
      const { gradient } = policyLoss(
        {
          lengths: sizes,
          logprobs: paid.map(() => logprob),
          oldLogprobs: null,
          referenceLogprobs: null,
          advantages,
          entropies: null,
          importanceRatios: null,
          entropyCoef: 0,
          totals: { completions: sizes.length, tokens: paid.length, max_completion_length: 5 },
        },
        plain,
      );
      perTokenOf(rewards, sizes).forEach((reward, token) =>
        expect(gradient[token]).toBeCloseTo(-reward / paid.length, 10),
      );
    }),
  );
});

test("advantages are the discounted sum of surprises; with λ = 1 the returns do not depend on the critic", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tokens, gamma, lam) => {
        const [rewards, values] = [tokens.map(([reward]) => reward), tokens.map(([, critic]) => critic)];
        const { advantages } = generalisedAdvantages([tokens.length], rewards, values, { gamma, lam });
        const surprises = rewards.map((reward, at) => reward + gamma * (values[at + 1] ?? 0) - values[at]!);
        const sum = surprises.reduce((total, surprise, at) => total + (gamma * lam) ** at * surprise, 0);
        expect(advantages[0]).toBeCloseTo(sum, 9);
        const free = generalisedAdvantages([tokens.length], rewards, values, { gamma, lam: 1 });
        const discounted = rewards.reduce((total, reward, at) => total + gamma ** at * reward, 0);
        expect(free.returns[0]).toBeCloseTo(discounted, 9);
      },
    ),
  );
});

test("completions do not reach into each other, and the score is paid at the last token", () => {
  fc.assert(
    fc.property(lengths, (sizes) => {
      const scores = sizes.map((_, index) => index + 1);
      const rewards = tokenRewards(sizes, scores, null);
      const { returns } = generalisedAdvantages(
        sizes,
        rewards,
        rewards.map(() => 0),
        { gamma: 1, lam: 1 },
      );
      expect([...returns]).toEqual([...perTokenOf(scores, sizes)]);
    }),
  );
});

test("the critic's gradient is that of its loss, and vanishes where the clip holds a value that moved away from its return", () => {
  /** Away from the edge of the clip, and from where both errors are equal. */
  const token = fc
    .tuple(value, value, value)
    .filter(
      ([now, old, target]) =>
        Math.abs(now - old) < 0.499 ||
        (Math.abs(now - old) > 0.501 && Math.abs((now + old + Math.sign(now - old) * 0.5) / 2 - target) > 1e-2),
    );
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), (tokens) => {
      const [now, old, target] = [0, 1, 2].map((column) => tokens.map((row) => row[column]!));
      const at = (moved: number, by: number): number =>
        valueLoss(
          now!.map((one, index) => (index === moved ? one + by : one)),
          old!,
          target!,
          0.5,
        ).loss;
      const { gradient } = valueLoss(now!, old!, target!, 0.5);
      gradient.forEach((slope, index) =>
        expect(Math.abs(slope - (at(index, 1e-6) - at(index, -1e-6)) / 2e-6)).toBeLessThan(1e-6),
      );
    }),
  );
  expect([...valueLoss([1], [0], [2], 0.5).gradient]).toEqual([0]);
  expect([...valueLoss([1], [0], [-2], 0.5).gradient]).toEqual([3]);
});

test("explained variance: 1 for a critic that knows, 0 for the mean, undefined for equal returns", () => {
  expect(explainedVariance([1, 2, 4], [1, 2, 4])).toBe(1);
  expect(explainedVariance([7, 7, 7], [1, 2, 4])).toBeCloseTo(0, 12);
  expect(explainedVariance([4, 2, 1], [1, 2, 4])).toBeLessThan(0);
  expect(explainedVariance([1, 2], [3, 3])).toBeNaN();
});

test("whitened values have mean 0 and variance 1, whatever their scale and place", () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), (values) => {
      fc.pre(Math.max(...values) - Math.min(...values) > 0.1);
      const white = whiten(Float64Array.from(values));
      const total = white.reduce((sum, one) => sum + one, 0);
      const spread = white.reduce((sum, one) => sum + one ** 2, 0) / (values.length - 1);
      expect(total).toBeCloseTo(0, 8);
      expect(spread).toBeCloseTo(1, 4);
    }),
  );
});

test("β goes up while the KL is above its target and down while it is below, by a bounded step", () => {
  const settings = { target: 0.1, horizon: 100, samples: 10 };
  expect(adaptedBeta(1, 0.1, settings)).toBe(1);
  expect(adaptedBeta(1, 5, settings)).toBeCloseTo(1.02, 12);
  expect(adaptedBeta(1, 0, settings)).toBeCloseTo(0.98, 12);
  expect(adaptedBeta(1, 0.11, settings)).toBeCloseTo(1.01, 12);
});
