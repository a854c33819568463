import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { readMetrics } from "../runs/metrics";
import { mismatch } from "./kto";
import { pairs, recipeOf } from "./recipe.testing";
import { newRun, runStages } from "./run.testing";

testEngine("simd");

const kto = { kind: "dpo", ...pairs, pairs: 24, eval_pairs: 8, loss_type: "kto", logging_steps: 1, warmup_steps: 0 };

async function rowsOf(stage: object) {
  const of = recipeOf([stage]);
  const folder = newRun(of);
  expect(await runStages(folder, { of })).toBe("completed");
  const { rows } = readMetrics(folder, 0);
  return {
    steps: rows.filter((row) => typeof row.loss === "number"),
    heldOut: rows.filter((row) => "eval/margin" in row),
  };
}

test("KTO begins at half of the mean weight with a KL of 0, and learns to tell the sides apart", async () => {
  const { steps: rows, heldOut } = await rowsOf({
    ...kto,
    batch_size: 48,
    steps: 12,
    eval_steps: 4,
    learning_rate: 3e-3,
    beta: 0.5,
  });
  // Every pair is two examples, so that a batch of 48 is an epoch: as many desirable as undesirable ones.
  expect(rows[0]!.loss).toBeCloseTo(0.5, 6);
  expect(rows[0]!.kl).toBe(0);
  expect(rows[0]!["rewards/margins"]).toBeCloseTo(0, 6);
  expect(rows.at(-1)!.loss).toBeLessThan(0.45);
  expect(rows.at(-1)!["rewards/margins"]).toBeGreaterThan(0.2);
  expect(heldOut.at(-1)!["eval/margin"]).toBeGreaterThan(0.1);
});

test("a policy that every completion becomes likelier under moves away from its reference", async () => {
  const preferring = { ...kto, undesirable_weight: 1e-3, batch_size: 48, steps: 8, learning_rate: 3e-3, beta: 0.5 };
  const { steps } = await rowsOf(preferring);
  expect(steps.at(-1)!.kl).toBeGreaterThan(0.1);
});

test("weights are those of the two sides", async () => {
  const weights = { desirable_weight: 1.5, undesirable_weight: 0.5 };
  const { steps } = await rowsOf({ ...kto, ...weights, loss_type: "apo_zero_unpaired", batch_size: 48, steps: 1 });
  expect(steps[0]!.loss).toBeCloseTo(0.5, 6);
  expect(steps[0]!.kl).toBeUndefined();
  const heavier = { ...kto, desirable_weight: 3, batch_size: 48, steps: 1 };
  expect((await rowsOf(heavier)).steps[0]!.loss).toBeCloseTo(1, 6);
});

test("the KL takes the completion of the example before, of another prompt, that fits", () => {
  const of = (prompt: number[], ...completion: number[]) => ({ prompt, completion });
  const shifted = (sequences: Parameters<typeof mismatch>[0], others = sequences, most = 8) =>
    mismatch(sequences, others, most).map(({ prompt, completion }) => [prompt[0], ...Array.from(completion)]);
  const [a, b, c] = [of([1], 10), of([2], 20), of([3], 30, 31, 32)];
  expect(shifted([a, b, c])).toEqual([
    [1, 30, 31, 32],
    [2, 10],
    [3, 20],
  ]);
  expect(shifted([a, b, c], [], 3)).toEqual([
    [1, 20],
    [2, 10],
    [3, 20],
  ]);
  expect(shifted([a, of([1], 11), b])).toEqual([
    [1, 20],
    [1, 20],
    [2, 11],
  ]);
  expect(shifted([a, of([1], 11)], [b])).toEqual([
    [1, 20],
    [1, 20],
  ]);
  expect(() => shifted([a, of([1], 11)])).toThrow("for one prompt there is none that fits behind it");
});
