import fc from "fast-check";
import { expect, test } from "vitest";
import { advantageEstimators, estimateAdvantages, type AdvantageEstimator } from "./advantage-estimators";

const perSample = (
  estimator: AdvantageEstimator,
  rewards: readonly (number | null)[],
  size: number,
  lengths: readonly number[] = rewards.map((_, index) => 1 + (index % 3)),
): number[] =>
  estimateAdvantages(
    rewards,
    { scores: rewards.map((reward) => [reward]), weights: [1], lengths, penalties: null },
    {
      advantage_estimator: estimator,
      num_generations: size,
      scale_rewards: "group",
      normalize_advantages: false,
      gamma: 1,
    },
  ).perSample;

const estimator = fc.constantFrom(...advantageEstimators);
const reward = fc.integer({ min: -80, max: 80 }).map((value) => value / 8);
const groups = fc
  .record({ size: fc.integer({ min: 2, max: 5 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ size, count }) =>
    fc.array(fc.array(reward, { minLength: size, maxLength: size }), { minLength: count, maxLength: count }),
  );
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test("equal rewards give exactly 0, also where their mean is rounded", () => {
  fc.assert(
    fc.property(
      estimator,
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: 2, max: 7 }),
      (of, value, size) => {
        for (const advantage of perSample(of, Array<number>(2 * size).fill(value), size)) {
          expect(Math.abs(advantage)).toBe(0);
        }
      },
    ),
  );
});

test("advantages of a group sum to 0; with OPO weighted by length, with REINFORCE over the batch", () => {
  fc.assert(
    fc.property(groups, (list) => {
      const size = list[0]!.length;
      const lengths = list.flat().map((_, index) => 1 + (index % 4));
      const of = (name: AdvantageEstimator): number[] => perSample(name, list.flat(), size, lengths);
      expect(sum(of("reinforce"))).toBeCloseTo(0, 8);
      const [rloo, opo] = [of("rloo"), of("opo")];
      list.forEach((_, group) => {
        const [start, end] = [group * size, (group + 1) * size];
        expect(sum(rloo.slice(start, end))).toBeCloseTo(0, 8);
        expect(sum(opo.slice(start, end).map((value, index) => value * lengths[start + index]!))).toBeCloseTo(0, 8);
      });
    }),
  );
});

test("a constant added to all rewards changes nothing", () => {
  fc.assert(
    fc.property(estimator, groups, reward, (of, list, constant) => {
      const size = list[0]!.length;
      const before = perSample(of, list.flat(), size);
      const after = perSample(
        of,
        list.flat().map((value) => value + constant),
        size,
      );
      after.forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 5));
    }),
  );
});

test("the order of samples carries over to the advantages", () => {
  fc.assert(
    fc.property(estimator, groups, (of, list) => {
      const size = list[0]!.length;
      const rewards = list.flat();
      const before = perSample(
        of,
        rewards,
        size,
        rewards.map(() => 2),
      );
      const reversed = perSample(
        of,
        [...rewards].reverse(),
        size,
        rewards.map(() => 2),
      ).reverse();
      reversed.forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 8));
    }),
  );
});

test("a sample without a reward has advantage 0 and does not move the others", () => {
  fc.assert(
    fc.property(estimator, fc.array(reward, { minLength: 2, maxLength: 5 }), fc.nat({ max: 4 }), (of, rewards, at) => {
      const place = Math.min(at, rewards.length);
      const lengths = rewards.map((_, index) => 1 + index);
      const gap = perSample(
        of,
        [...rewards.slice(0, place), null, ...rewards.slice(place)],
        rewards.length + 1,
        lengths.toSpliced(place, 0, 7),
      );
      expect(Math.abs(gap[place]!)).toBe(0);
      const without = perSample(of, rewards, rewards.length, lengths);
      gap.toSpliced(place, 1).forEach((value, index) => expect(value).toBeCloseTo(without[index]!, 8));
    }),
  );
});

test("RLOO is the centred reward times n / (n − 1); pass@k pays the best its lead over the second", () => {
  const rloo = perSample("rloo", [1, 0, 0, 0], 4);
  [1, -1 / 3, -1 / 3, -1 / 3].forEach((value, index) => expect(rloo[index]).toBeCloseTo(value, 12));
  expect(perSample("pass_at_k", [0.2, 1, 0.75], 3)).toEqual([0, 0.25, 0]);
});

test("KL in the reward: REINFORCE++ discounts what is left of it, token by token", () => {
  const { perToken } = estimateAdvantages(
    [1, 0],
    { scores: [[1], [0]], weights: [1], lengths: [2, 1], penalties: [0.5, 0.25, 0] },
    {
      advantage_estimator: "reinforce_plus_plus",
      num_generations: 2,
      scale_rewards: "group",
      normalize_advantages: false,
      gamma: 0.5,
    },
  );
  // Returns: −0.5 + 0.5 · 0.75 = −0.125, 1 − 0.25 = 0.75, 0; mean 0.20833.
  const std = Math.sqrt(((-0.125 - 0.625 / 3) ** 2 + (0.75 - 0.625 / 3) ** 2 + (0.625 / 3) ** 2) / 2);
  [-0.125, 0.75, 0].forEach((value, token) => expect(perToken[token]).toBeCloseTo((value - 0.625 / 3) / std, 6));
});
