/** Steps whose numbers are not finite: every stage that trains pauses there, says which number it was, and goes on as if nothing had been. */
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fused, useFusedOperations, type FusedOperations } from "../engine/fused-operations";
import { testEngine } from "../engine/engine.testing";
import { latestCheckpoint } from "../runs/checkpoints";
import { RunPaused } from "./context";
import { gradientsOf, whole } from "./micro-batches";
import { checkTokens, NonFiniteStep } from "./non-finite";
import { completionLogProbs, packSequences } from "../models/packing";
import { newPolicy } from "../models/policy";
import { pairs, recipeOf, rl, sft } from "./recipe.testing";
import { mergedMetricsOf, metricsOf, newRun, runStages, weightsOf, type TestRun } from "./run.testing";
import { messageOf } from "../shared/user-error";

testEngine("simd");

let operations: FusedOperations;
beforeEach(() => {
  operations = fused();
});
afterEach(() => {
  useFusedOperations(operations);
});

/** The norm of so many updates from now on is finite, that of the next is not. */
function breakAfter(updates: number): void {
  let left = updates;
  useFusedOperations({
    ...operations,
    sumOfSquares: (tensors) => (left-- === 0 ? Infinity : operations.sumOfSquares(tensors)),
  });
}

const seldom = { save_steps: 100 };
const stages = [
  { kind: "cold-start", examples: 12, ...sft, ...seldom },
  { kind: "reasoning-rl", steps: 5, prompts_per_step: 2, ...rl, ...seldom },
  { kind: "reward-model", ...pairs, ...seldom },
  { kind: "dpo", ...pairs, ...seldom },
];

const pauseOf = async (folder: string, how: TestRun): Promise<string> => {
  const error: unknown = await runStages(folder, how).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunPaused);
  return messageOf(error);
};

test.each(stages)("$kind pauses, and makes the step again or goes past it", async (stage) => {
  const of = recipeOf([stage]);
  const whole = newRun(of);
  expect(await runStages(whole, { of })).toBe("completed");

  const folder = newRun(of);
  breakAfter(2);
  expect(await pauseOf(folder, { of })).toMatch(
    /, step 3: the norm of all gradients is Infinity\. The update was not applied; .* resume and skip the batch\.$/,
  );
  expect(latestCheckpoint(folder, stage.kind)).toMatch(/-2$/);

  // Once more at the same place: gone past where that is asked for, and only there.
  breakAfter(0);
  expect(await pauseOf(folder, { of })).toContain("step 3");
  const past = newRun(of);
  breakAfter(2);
  await pauseOf(past, { of });
  breakAfter(0);
  expect(await runStages(past, { of, skipBatch: true })).toBe("completed");
  expect(metricsOf(past).flatMap((row) => (row["skipped"] === 1 ? [row["step"]] : []))).toEqual([3]);
  expect(weightsOf(past, stage.kind).equals(weightsOf(whole, stage.kind))).toBe(false);

  useFusedOperations(operations);
  expect(await runStages(folder, { of })).toBe("completed");
  expect(weightsOf(folder, stage.kind).equals(weightsOf(whole, stage.kind))).toBe(true);
  expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(whole));
});

test("only the stage that a run goes on with goes past a step", async () => {
  const of = recipeOf(stages.slice(0, 2));
  breakAfter(sft.steps + 2);
  expect(await pauseOf(newRun(of), { of, skipBatch: true })).toMatch(/reasoning-rl, step 3/);
});

const ofTokens = {
  tokenLogProbs: (...args) => tf.mul(operations.tokenLogProbs(...args), NaN),
} satisfies Partial<FusedOperations>;
const ofRows = {
  gatherRows: (...args) => tf.mul(operations.gatherRows(...args), NaN),
} satisfies Partial<FusedOperations>;

test.each([
  [stages[0]!, ofTokens, /step 1: the log-probability of token 1 of \d+ \(id \d+\) of "[^"]+" is NaN/],
  [stages[2]!, ofRows, /step 1: the reward of the chosen completion of "[^"]+" is NaN/],
  [stages[3]!, ofTokens, /step 1: the log-probability of token 1 of \d+ \(id \d+\) of the chosen completion of "/],
] as const)("the first number that is not finite is named, %#", async (stage, broken, expected) => {
  const of = recipeOf([stage]);
  useFusedOperations({ ...operations, ...broken });
  expect(await pauseOf(newRun(of), { of })).toMatch(expected);
});

test("a token is named by its place among those that are learnt", () => {
  const completions = [{ completion: [5, 6] }, { completion: [7, 8, 9], learnt: [true, false, true] }];
  const named = { completions, nameOf: (index: number) => `example ${index + 1}` };
  expect(() => checkTokens("slope", [1, 2, 3, NaN], named)).toThrow(
    "the slope of token 2 of 2 (id 9) of example 2 is NaN",
  );
  expect(() => checkTokens("slope", [1, 2, 3, 4], named)).not.toThrow();
});

test("a part that is not finite leaves no tensors of the parts before it", () => {
  const { model } = recipeOf(stages);
  if ("checkpoint" in model) throw new Error("The recipe of the tests makes a new model.");
  const policy = newPolicy(model, ["a"], 1);
  const before = tf.memory().numTensors;
  const sequence = { prompt: [7], completion: [7, 1] };
  expect(() =>
    gradientsOf(
      policy.weights,
      [[sequence], [sequence]],
      packSequences,
      (packed, __, index) => {
        const { logprobs } = completionLogProbs(policy, packed, 1);
        if (index === 1) throw new NonFiniteStep("no");
        return tf.sum<tf.Scalar>(logprobs);
      },
      whole,
    ),
  ).toThrow(NonFiniteStep);
  expect(tf.memory().numTensors).toBe(before);
});
