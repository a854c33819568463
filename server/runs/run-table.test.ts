import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleRun, temporaryFolder } from "./example-run";
import { listRuns } from "./list-runs";
import { metricsPath } from "./paths";
import { differingSettings, settingsOf } from "./recipe-settings";
import { runSize } from "./run-size";
import { runTableReader } from "./run-table";

const recipe = (learning_rate: number, more: object = {}) => ({
  name: "Chain sum",
  rewards: [{ function: "a.reward.ts#right", weight: 1 }],
  stages: [{ name: "reasoning-rl", kind: "reasoning-rl", learning_rate, betas: [0.9, 0.99] }],
  ...more,
});

test("settings have the names of their stages, whatever place these have", () => {
  expect([...settingsOf({ recipe: recipe(1e-4), seed: 3 })]).toEqual([
    ["rewards.0.function", '"a.reward.ts#right"'],
    ["rewards.0.weight", "1"],
    ["reasoning-rl.kind", '"reasoning-rl"'],
    ["reasoning-rl.learning_rate", "0.0001"],
    ["reasoning-rl.betas", "[0.9,0.99]"],
    ["seed", "3"],
  ]);
});

test("what differs in most runs stands first, and what only one run has differs", () => {
  const runs = [recipe(1), recipe(2), recipe(3, { engine: "simd" }), recipe(3)].map((one) =>
    settingsOf({ recipe: one, seed: 0 }),
  );
  expect(differingSettings(runs)).toEqual(["reasoning-rl.learning_rate", "engine"]);
});

test("a recipe without an end is looked at as far as there is room", () => {
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at]));
  expect(settingsOf({ recipe: wide, seed: 0 }).size).toBe(2001);
});

test("the table has what tells runs apart, their newest numbers and their size", async () => {
  const workspace = temporaryFolder("workspace");
  for (const rate of [0.1, 0.2]) {
    const run = exampleRun(workspace, { recipe: recipe(rate) });
    for (const row of [
      { step: 1, reward: 0.1, "eval/pass@1": 0.4 },
      { step: 2, reward: rate, kl: 1 },
    ])
      appendFileSync(metricsPath(run), `${JSON.stringify({ stage: "reasoning-rl", time: 0, ...row })}\n`);
    mkdirSync(join(run, "checkpoints", "reasoning-rl-1"), { recursive: true });
    writeFileSync(join(run, "checkpoints", "reasoning-rl-1", "model.safetensors"), Buffer.alloc(1000));
  }
  const runs = listRuns(workspace);
  const read = runTableReader();
  const table = await read(runs);
  expect(table.settings).toEqual(["reasoning-rl.learning_rate"]);
  expect(table.rows.map(({ settings, newest }) => [settings, newest])).toEqual(
    ["0.2", "0.1"].map((rate) => [[rate], { reward: Number(rate), kl: 1, "eval/pass@1": 0.4 }]),
  );
  const bytes = await runSize(runs[0]!.folder);
  expect(bytes).toBeGreaterThan(1000);
  await expect.poll(async () => (await read(runs)).rows[0]!.bytes).toBe(bytes);
});
