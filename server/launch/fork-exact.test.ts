import { existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { TraceFilter } from "../protocol/traces";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { plannedSteps } from "../recipes/stages";
import { copyForked } from "../runs/copy-forked";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { checkpointsFolder } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { mergedMetricsOf, runStages, weightsOf } from "../stages/run.testing";
import { planFork, type ForkRequest } from "./fork-plan";

const rl = { num_generations: 2, max_completion_length: 8, learning_rate: 3e-3, save_steps: 2, beta: 0.1 };
/** Stages that carry more from step to step than a policy: a reference, pass rates, samples, steps by epochs. */
const recipe = recipeSchema.parse({
  name: "Forked",
  engine: "simd",
  seed: 3,
  model: {
    num_hidden_layers: 1,
    hidden_size: 16,
    num_attention_heads: 2,
    intermediate_size: 24,
    max_position_embeddings: 80,
  },
  task: { name: "chain-sum", min_terms: 2, max_terms: 4 },
  rewards: [{ function: "r.reward.ts#length" }, { function: "r.reward.ts#digits" }],
  stages: [
    { kind: "cold-start", examples: 8, steps: 4, save_steps: 2, eval_steps: 0, logging_steps: 1 },
    { kind: "reasoning-rl", steps: 4, prompts_per_step: 2, curriculum: "pass-rate", sync_ref_model: true, ...rl },
    {
      kind: "rejection-sampling",
      prompts: 40,
      num_generations: 2,
      max_completion_length: 8,
      keep_reward: 3,
      filters: { well_formed: false, language: { least: 0 }, near_duplicates: null },
      num_train_epochs: 1,
      batch_size: 4,
      save_steps: 2,
      save_total_limit: 9,
      eval_steps: 0,
      logging_steps: 1,
    },
  ],
  evaluation: { prompts: 4, samples: 2, every: 0, during_prompts: 4, max_completion_length: 8 },
});

let workspaceFolder: string;
let parent: string;

const newRun = (of: Recipe, change: Parameters<typeof exampleRun>[1] = {}): string =>
  exampleRun(workspaceFolder, {
    recipe: of,
    seed: of.seed,
    stages: of.stages.map((stage) => ({ name: stage.name, kind: stage.kind, steps: plannedSteps(stage), from: null })),
    ...change,
  });

testEngine("simd");
beforeAll(async () => {
  workspaceFolder = temporaryFolder("fork");
  // The process of a test scores by itself; that there is such a file, a changed recipe is checked for.
  writeFileSync(
    join(workspaceFolder, "r.reward.ts"),
    ["length", "digits"].map((name) => `export const ${name}: Reward = () => 1;\n`).join(""),
  );
  parent = newRun(recipe);
  expect(await runStages(parent, { of: recipe })).toBe("completed");
});

const plan = (checkpoint: string, settings: ForkRequest["settings"] = []): ReturnType<typeof planFork> =>
  planFork({ folder: parent, checkpoint, stage: null, recipe: "run", settings });

/** The fork, run to its end; the stages that its samples were drawn in. */
async function forked(checkpoint: string, settings: ForkRequest["settings"] = []) {
  const { goesOn, stages, recipe: of, parent: from } = plan(checkpoint, settings);
  const fill = goesOn && ((folder: string): void => copyForked(parent, folder, goesOn));
  const folder = newRun(of, { stages, parent: from, ...(fill ? { fill } : {}) });
  expect(await runStages(folder, { of, workspaceFolder })).toBe("completed");
  const traces = openTraces(folder);
  const filter: TraceFilter = { stage: null, step: null, purpose: "sampling", group: null, text: "", where: "" };
  const { total } = traces.groups(filter, 0, 1);
  const tagged = traces.groups({ ...filter, where: "kept" }, 0, 1).total;
  traces.close();
  return { folder, sampled: total, tagged };
}

/** Metrics of a run as they are behind a checkpoint. */
const numbersOf = (folder: string, stages: readonly string[]): Record<string, unknown>[] =>
  mergedMetricsOf(folder).filter(({ stage }) => stages.includes(String(stage)));

test.each([
  ["cold-start-2", ["cold-start", "reasoning-rl", "rejection-sampling"]],
  ["cold-start-4", ["reasoning-rl", "rejection-sampling"]],
  ["reasoning-rl-2", ["reasoning-rl", "rejection-sampling"]],
  ["reasoning-rl-4", ["rejection-sampling"]],
  ["rejection-sampling-2", ["rejection-sampling"]],
])("a fork of %s that changes nothing makes its run's numbers", async (checkpoint, stages) => {
  const { folder } = await forked(checkpoint);
  expect(numbersOf(folder, stages)).toEqual(numbersOf(parent, stages));
  for (const stage of stages) expect(weightsOf(folder, stage).equals(weightsOf(parent, stage))).toBe(true);
  const afterOf = (of: string): unknown[] =>
    readRecord(of)
      .stages.filter(({ name }) => stages.includes(name))
      .map(({ before, after, step }) => ({ before, after, step }));
  expect(afterOf(folder)).toEqual(afterOf(parent));
});

test("the samples that a stage trains on are taken over, and drawn again only where they would be others", async () => {
  const name = "rejection-sampling";
  expect(plan(`${name}-2`).goesOn).toEqual({ checkpoint: `${name}-2`, samples: true });
  const same = await forked(`${name}-2`, [{ path: `${name}.learning_rate`, text: "0.01" }]);
  expect(same.sampled).toBe(0);
  const others = await forked(`${name}-2`, [{ path: `${name}.temperature`, text: "0.5" }]);
  expect(others.sampled).toBe(40);
  expect(others.tagged).toBeGreaterThan(0);
});

test("the last checkpoint of a stage that goes by epochs is its end, unless there are to be more", () => {
  const { step, steps } = readRecord(parent).stages.at(-1)!;
  expect(steps).toBe(step);
  const last = `rejection-sampling-${step}`;
  expect(() => plan(last)).toThrow(/is the end of the recipe/);
  const more = plan(last, [{ path: "rejection-sampling.num_train_epochs", text: "2" }]);
  expect(more.stages).toMatchObject([{ name: "rejection-sampling", step, steps: 2 * step }]);
});

test("a checkpoint that is taken over leaves its model card where it was", async () => {
  const { step } = readRecord(parent).stages[1]!;
  const point = `reasoning-rl-${step}`;
  const { folder } = await forked(point, [{ path: "reasoning-rl.steps", text: String(step + 2) }]);
  expect(existsSync(join(checkpointsFolder(parent), point, "README.md"))).toBe(true);
  expect(existsSync(join(checkpointsFolder(folder), point, "README.md"))).toBe(false);
  expect(readRecord(folder).parent).toMatchObject({ run: basename(parent), checkpoint: point });
});
