import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newOptimizer } from "../engine/optimizer";
import { checkpointFiles, loadPolicy, modelFiles } from "../models/checkpoint";
import { newAdapter } from "../models/lora";
import { newPolicy, withAdapter, type Policy } from "../models/policy";
import { tinyModel } from "../models/policy.testing";
import { projectFolder } from "../processes/installation.testing";
import { recipeSchema } from "../recipes/schema";
import { writeDurably } from "../runs/atomic-file";
import { exampleRun } from "../runs/example-run";
import { openRunWriter } from "../runs/writer";
import { mergeAdapter } from "./merge-adapter";

testEngine("cpu");

const filesOf = (policy: Policy) =>
  checkpointFiles(policy, newOptimizer(policy.trained), { stage: "cold-start", step: 2, tokens: 0 });

/** A run of one stage from the checkpoint `small`, with one checkpoint of its own. */
function run(lora: boolean) {
  const workspace = projectFolder({ "tiny.lab.json": "{}" });
  const plain = newPolicy(tinyModel, Array.from("abc"), 1);
  const small = join(workspace, "small");
  mkdirSync(small);
  for (const [name, content] of Object.entries(modelFiles(plain))) writeDurably(join(small, name), content);
  const recipe = recipeSchema.parse({
    name: "tiny",
    model: { checkpoint: "small", ...(lora ? { lora: { rank: 2 } } : {}) },
    task: { name: "chain-sum" },
    rewards: [{ function: "tiny.reward.ts#one" }],
    stages: [{ kind: "cold-start", name: "cold-start", steps: 2 }],
  });
  const folder = exampleRun(workspace, {
    recipe,
    name: "tiny",
    recipeFile: "tiny.lab.json",
    stages: [{ name: "cold-start", kind: "cold-start", steps: 2, from: null }],
  });
  const settings = { rank: 2, alpha: 4, use_rslora: false, dropout: 0, target_modules: ["q_proj"] };
  const policy = lora ? withAdapter(plain, newAdapter(plain.config, settings, 3)) : plain;
  const writer = openRunWriter(folder);
  writer.saveCheckpoint("cold-start", 2, filesOf(policy));
  writer.close();
  return { workspace, folder, small };
}

test("a run's adapter becomes a whole model in a new folder, which loads by itself", async () => {
  const { workspace, folder, small } = run(true);
  const to = join(workspace, "models", "merged");
  mkdirSync(dirname(to));
  const merged = await mergeAdapter({ folder, checkpoint: "cold-start-2" }, to);
  expect(merged).toMatchObject({ path: to, base: small });
  expect(readdirSync(dirname(to))).toEqual(["merged"]);
  expect(readdirSync(to)).toContain("model.safetensors");
  expect((await loadPolicy(to)).adapter).toBeNull();
  await expect(mergeAdapter({ folder, checkpoint: "cold-start-2" }, to)).rejects.toThrow("Name a folder that is new");
});

test("what has no adapter, or has lost its base, is said, and nothing is written", async () => {
  const whole = run(false);
  const to = join(whole.workspace, "merged");
  await expect(mergeAdapter({ folder: whole.folder, checkpoint: "cold-start-2" }, to)).rejects.toThrow(
    "there is no adapter to merge",
  );
  await expect(mergeAdapter({ folder: whole.folder, checkpoint: "cold-start-9" }, to)).rejects.toThrow(
    "has no checkpoint cold-start-9. It has: cold-start-2",
  );
  const { folder, small, workspace } = run(true);
  writeFileSync(join(workspace, "file"), "");
  await expect(mergeAdapter({ folder, checkpoint: "cold-start-2" }, join(workspace, "file", "m"))).rejects.toThrow(
    "was not written to",
  );
  rmSync(small, { recursive: true });
  await expect(mergeAdapter({ folder, checkpoint: "cold-start-2" }, to)).rejects.toThrow("is gone, which the adapter");
  expect(existsSync(to)).toBe(false);
});
