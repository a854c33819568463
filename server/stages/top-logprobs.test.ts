/** `top_logprobs`: what is stored of it, and that it moves nothing. */
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { openTraces } from "../runs/trace-reader";
import { recipeOf, rl, sampling } from "./recipe.testing";
import { metricsOf, newRun, runStages, weightsOf } from "./run.testing";

testEngine("simd");

const inRl = { kind: "reasoning-rl", ...rl, steps: 3, prompts_per_step: 3, num_mini_batches: 2, beta: 0.01 };
const evaluation = {
  prompts: 3,
  samples: 2,
  every: 2,
  max_completion_length: 6,
  during_prompts: 2,
  general_prompts: 2,
};

async function ran(stage: object, top_logprobs: number) {
  const of = recipeOf([{ ...stage, top_logprobs }], { evaluation: { ...evaluation, top_logprobs } });
  const folder = newRun(of);
  expect(await runStages(folder, { of })).toBe("completed");
  return folder;
}

test("RL learns the same to the bit, and the likeliest tokens of every rollout are there, of training and evaluation", async () => {
  const [without, stored] = [await ran(inRl, 0), await ran(inRl, 4)];
  expect(metricsOf(stored)).toEqual(metricsOf(without));
  expect(weightsOf(stored, "reasoning-rl").equals(weightsOf(without, "reasoning-rl"))).toBe(true);

  const [plain, traces] = [openTraces(without), openTraces(stored)];
  const purposes = new Set<string>();
  for (const { stage, step, purpose } of traces.steps())
    for (const group of [0, 1, 2])
      for (const { sample } of traces.group({ stage, step, purpose, group })) {
        const key = { stage, step, purpose, group, sample };
        const { tokens, top, oldLogprobs, texts, damaged } = traces.tokens(key);
        purposes.add(purpose);
        expect([top!.count, top!.ids.length, damaged]).toEqual([4, 4 * tokens.length, []]);
        tokens.forEach((id, at) => {
          const place = top!.ids.subarray(4 * at, 4 * at + 4).indexOf(id);
          if (place >= 0) expect(top!.logprobs[4 * at + place]).toBeCloseTo(oldLogprobs![at]!, 3);
        });
        expect(texts.get(top!.ids[0]!)).toBeTypeOf("string");
        expect(plain.tokens(key)).toMatchObject({ tokens, top: null });
      }
  expect([...purposes].sort()).toEqual(["evaluation", "train"]);
  plain.close();
  traces.close();
});

test("rejection sampling stores them of what it draws", async () => {
  const traces = openTraces(await ran({ ...sampling, prompts: 4, keep_reward: 0, general_share: 0, steps: 1 }, 2));
  const key = { stage: "rejection-sampling", step: 1, purpose: "sampling", group: 0, sample: 0 } as const;
  const { step } = traces.steps().find(({ purpose }) => purpose === "sampling")!;
  const { tokens, top } = traces.tokens({ ...key, step });
  expect([top!.count, top!.ids.length]).toEqual([2, 2 * tokens.length]);
  traces.close();
});
