/** A cold start whose authors slip, and what the RL after it says of doubt. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { testEngine } from "../engine/engine.testing";
import { recipeSchema } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import { reportPath } from "../runs/paths";
import { mergedMetricsOf, newRun, runStages } from "./run.testing";

const recipe = (keep_standing: boolean) =>
  recipeSchema.parse({
    name: "Slips",
    engine: "simd",
    seed: 3,
    model: { num_hidden_layers: 1, hidden_size: 16, num_attention_heads: 2, intermediate_size: 24 },
    task: { name: "chain-sum", min_terms: 3, max_terms: 4 },
    rewards: [{ function: "r.reward.ts#length" }, { function: "r.reward.ts#digits" }],
    stages: [
      {
        kind: "cold-start",
        examples: 80,
        terse_share: 0.25,
        steps: 3,
        batch_size: 4,
        eval_steps: 0,
        slips: { slip_rate: 0.5, flag_share: 0.5, keep_standing },
      },
      { kind: "reasoning-rl", steps: 2, prompts_per_step: 2, num_generations: 2, max_completion_length: 8 },
    ],
    evaluation: { prompts: 2, samples: 2, every: 0, max_completion_length: 8, during_prompts: 2 },
  });

const reportSchema = z.object({ report: z.object({ given: z.int(), kept: z.int() }) });

testEngine("simd");

test("slips are learnt when they are wanted, and the model can write its doubt", async () => {
  const folder = newRun(recipe(true));
  expect(await runStages(folder, { of: recipe(true) })).toBe("completed");
  const tokenizer = readFileSync(join(latestCheckpoint(folder, "cold-start")!, "tokenizer.json"), "utf8");
  expect(tokenizer).toContain('"?"');
  const { report } = reportSchema.parse(JSON.parse(readFileSync(reportPath(folder, "cold-start"), "utf8")));
  expect(report).toMatchObject({ given: 80, kept: 80 });
  const rows = mergedMetricsOf(folder).filter((row) => "behaviour/flags_wrong" in row);
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(row).toMatchObject({ "behaviour/reflection": 0, "behaviour/length_right": null });
});

test("without those whose wrong steps stand, the filter of wrong answers drops them", async () => {
  const folder = newRun(recipe(false));
  await runStages(folder, { of: recipe(false), stopIn: (stage) => stage === "reasoning-rl" });
  const { report } = reportSchema.parse(JSON.parse(readFileSync(reportPath(folder, "cold-start"), "utf8")));
  expect(report.kept).toBeLessThan(70);
  expect(report.kept).toBeGreaterThan(25);
});
