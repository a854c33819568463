import fc from "fast-check";
import { expect, test } from "vitest";
import { chainSum } from "./chain-sum";
import { heldOutRows, heldOutRowsUpTo, isHeldOut, rowsToTrain, stepRows, trainingRows } from "./splits";

const task = chainSum({ name: "chain-sum", min_terms: 4, max_terms: 7, max_operand: 9, max_total: 19 });
const prompts = (rows: readonly { prompt: string }[]): string[] => rows.map(({ prompt }) => prompt);

test("training prompts of any seed, stage and step never meet held-out prompts of any seed", () => {
  const numbers = fc.nat({ max: 10_000 });
  fc.assert(
    fc.property(numbers, numbers, numbers, fc.string(), (seed, otherSeed, step, stage) => {
      const heldOut = new Set(prompts(heldOutRows(task, otherSeed, 64)));
      const trained = [...trainingRows(task, seed, stage, 64), ...stepRows(task, seed, stage, step, { count: 64 })];
      for (const prompt of prompts(trained)) {
        expect(heldOut.has(prompt)).toBe(false);
        expect(isHeldOut(prompt)).toBe(false);
      }
    }),
    { numRuns: 30 },
  );
});

test("they never meet either where there are few prompts at all", () => {
  const small = chainSum({ name: "chain-sum", min_terms: 2, max_terms: 3, max_operand: 4, max_total: 6 });
  const heldOut = prompts(heldOutRowsUpTo(small, 1, 1000));
  expect(heldOut.length).toBeGreaterThan(2);
  expect(heldOut.length).toBeLessThan(1000);
  expect(new Set(heldOut).size).toBe(heldOut.length);
  expect(() => heldOutRows(small, 1, 1000)).toThrow(/different held-out prompts.*evaluation\.prompts.*1000/);
  const trained = new Set(
    prompts(Array.from({ length: 50 }, (_, step) => stepRows(small, 1, "rl", step, { count: 16 })).flat()),
  );
  for (const prompt of heldOut) expect(trained.has(prompt)).toBe(false);
});

test("rows are unique, and a longer list begins with the shorter one", () => {
  const rows = trainingRows(task, 3, "cold-start", 500);
  expect(new Set(prompts(rows)).size).toBe(500);
  expect(trainingRows(task, 3, "cold-start", 100)).toEqual(rows.slice(0, 100));
  const heldOut = heldOutRows(task, 3, 256);
  expect(new Set(prompts(heldOut)).size).toBe(256);
  expect(heldOutRows(task, 3, 64)).toEqual(heldOut.slice(0, 64));
});

test("a step's rows follow from seed, stage and step alone", () => {
  const rows = stepRows(task, 1, "rl", 7, { count: 16 });
  expect(stepRows(task, 1, "rl", 7, { count: 16 })).toEqual(rows);
  for (const other of [
    stepRows(task, 1, "rl", 8, { count: 16 }),
    stepRows(task, 2, "rl", 7, { count: 16 }),
    stepRows(task, 1, "rl-2", 7, { count: 16 }),
  ]) {
    expect(other).not.toEqual(rows);
  }
});

test("about one prompt in sixteen is held out", () => {
  const rows = prompts(stepRows(task, 0, "share", 0, { count: 1 }));
  expect(rows.some(isHeldOut)).toBe(false);
  const texts = Array.from({ length: 16_000 }, (_, index) => `a${index % 9}b+${index}=`);
  const share = texts.filter(isHeldOut).length / texts.length;
  expect(Math.abs(share - 1 / 16)).toBeLessThan(0.01);
});

test("a task with too few prompts says which setting asks for too many", () => {
  const tiny = chainSum({ name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 3, max_total: 5 });
  expect(() => trainingRows(tiny, 0, "cold-start", 4000)).toThrow(
    /has only about \d+ different training prompts.*`examples` asks for 4000/,
  );
  expect(() => heldOutRows(tiny, 0, 256)).toThrow(/`evaluation\.prompts` asks for 256|has no held-out prompts/);
});

test("where a recipe does not say how many, a stage learns from all that there are, up to a number", () => {
  const tiny = chainSum({ name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 3, max_total: 5 });
  const asks = { setting: "examples", most: 1000 };
  const all = rowsToTrain(tiny, 0, "cold-start", { ...asks, asked: null });
  expect(all.length).toBeGreaterThan(5);
  expect(all.length).toBeLessThan(1000);
  expect(() => rowsToTrain(tiny, 0, "cold-start", { ...asks, asked: 4000 })).toThrow(/`examples` asks for 4000/);
  expect(rowsToTrain(task, 0, "cold-start", { ...asks, asked: null })).toHaveLength(1000);
});
