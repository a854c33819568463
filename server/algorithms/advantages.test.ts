import fc from "fast-check";
import { expect, test } from "vitest";
import { groupAdvantages, sampleStd } from "./advantages";
import type { AdvantageOptions } from "./advantages";

const modes = ["group", "batch", "none"] as const;
const options = (size: number, scale_rewards: AdvantageOptions["scale_rewards"] = "group"): AdvantageOptions => ({
  num_generations: size,
  scale_rewards,
});
const column = (values: readonly (number | null)[]): (number | null)[][] => values.map((value) => [value]);
const advantagesOf = (rewards: readonly (number | null)[], settings: AdvantageOptions): number[] =>
  groupAdvantages(column(rewards), [1], settings).advantages;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Rewards on a grid, so that sums and differences of them are exact. */
const reward = fc.integer({ min: -400, max: 400 }).map((value) => value / 8);
/** `[groups][samples]`, groups of one size. */
const batches = fc
  .record({ size: fc.integer({ min: 2, max: 8 }), groups: fc.integer({ min: 1, max: 4 }) })
  .chain(({ size, groups }) =>
    fc.array(fc.array(reward, { minLength: size, maxLength: size }), { minLength: groups, maxLength: groups }),
  );

test("advantages of a group sum to 0", () => {
  fc.assert(
    fc.property(batches, fc.constantFrom(...modes), (groups, mode) => {
      const size = groups[0]!.length;
      const advantages = advantagesOf(groups.flat(), options(size, mode));
      groups.forEach((group, index) => {
        const largest = Math.max(1, ...group.map(Math.abs));
        expect(Math.abs(sum(advantages.slice(index * size, (index + 1) * size)))).toBeLessThan(1e-8 * largest);
      });
    }),
  );
});

test("a constant added to all rewards of a group changes nothing", () => {
  fc.assert(
    fc.property(
      batches,
      fc.integer({ min: -1000, max: 1000 }),
      fc.constantFrom("group", "none"),
      (groups, constant, mode) => {
        const settings = options(groups[0]!.length, mode);
        const moved = groups.map((group, index) => (index === 0 ? group.map((value) => value + constant) : group));
        const before = advantagesOf(groups.flat(), settings);
        advantagesOf(moved.flat(), settings).forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 6));
      },
    ),
  );
});

test("equal rewards give exactly 0, also where their mean is rounded", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: 2, max: 9 }),
      fc.constantFrom(...modes),
      (value, size, mode) => {
        const { advantages, zeroStd } = groupAdvantages(
          column(Array<number>(size).fill(value)),
          [1],
          options(size, mode),
        );
        expect(zeroStd).toEqual([true]);
        for (const advantage of advantages) expect(advantage === 0).toBe(true);
      },
    ),
  );
});

test("the order of samples in a group, and of groups in a batch, carries over to the advantages", () => {
  fc.assert(
    fc.property(batches, fc.constantFrom(...modes), (groups, mode) => {
      const size = groups[0]!.length;
      const settings = options(size, mode);
      const before = advantagesOf(groups.flat(), settings);
      const reversed = advantagesOf(groups.flat().reverse(), settings).reverse();
      reversed.forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 9));
    }),
  );
});

test("a better reward never has a smaller advantage in its group", () => {
  fc.assert(
    fc.property(batches, fc.constantFrom(...modes), (groups, mode) => {
      const size = groups[0]!.length;
      const advantages = advantagesOf(groups.flat(), options(size, mode));
      groups.forEach((group, index) =>
        group.forEach((one, i) =>
          group.forEach((other, j) => {
            if (one > other) expect(advantages[index * size + i]!).toBeGreaterThan(advantages[index * size + j]!);
          }),
        ),
      );
    }),
  );
});

test("a sample without a reward has advantage 0 and does not move the others", () => {
  fc.assert(
    fc.property(fc.array(reward, { minLength: 2, maxLength: 7 }), fc.nat({ max: 7 }), (rewards, at) => {
      const position = Math.min(at, rewards.length);
      const withGap = advantagesOf(
        [...rewards.slice(0, position), null, ...rewards.slice(position)],
        options(rewards.length + 1),
      );
      const without = advantagesOf(rewards, options(rewards.length));
      expect(withGap[position]).toBe(0);
      expect(withGap.toSpliced(position, 1)).toEqual(without);
    }),
  );
});

test("one reward alone in its group has no baseline: advantage 0", () => {
  expect(advantagesOf([null, 5, null], options(3))).toEqual([0, 0, 0]);
});

test("weights scale each function's share of the reward; a function that did not apply adds nothing", () => {
  const { rewards } = groupAdvantages(
    [
      [1, 0.5],
      [null, 0.5],
      [null, null],
      [0, null],
    ],
    [2, 10],
    options(4),
  );
  expect(rewards).toEqual([7, 5, null, 0]);
});

test("the share of groups without signal counts groups of equal rewards", () => {
  const rewards = column([1, 1, 0, 1, 0, 0]);
  expect(groupAdvantages(rewards, [1], options(2)).frac_reward_zero_std).toBeCloseTo(2 / 3, 12);
  expect(groupAdvantages(rewards, [1], options(2)).zeroStd).toEqual([true, false, true]);
});

test("the sample standard deviation divides by n − 1", () => {
  expect(sampleStd([1, 0])).toBeCloseTo(Math.SQRT1_2, 15);
  expect(sampleStd([3])).toBeNaN();
});

test("samples that do not divide into groups are an error", () => {
  expect(() => groupAdvantages(column([1, 2, 3]), [1], options(2))).toThrow(
    "3 samples do not divide into groups of 2.",
  );
});
