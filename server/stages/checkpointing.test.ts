import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { momentsFile } from "../models/moments";
import { listCheckpoints } from "../runs/checkpoints";
import { temporaryFolder } from "../runs/example-run";
import { checkpointsFolder } from "../runs/paths";
import { recipeOf, rl, sft } from "./recipe.testing";
import { mergedMetricsOf, newRun, runStages, weightsOf } from "./run.testing";

const kept = { keep_moments: "newest", save_total_limit: 2, save_steps: 1 };
const of = recipeOf([
  { kind: "cold-start", examples: 10, ...sft, ...kept, logging_steps: 1 },
  { kind: "reasoning-rl", steps: 4, prompts_per_step: 2, ...rl, ...kept },
]);
const stages = ["cold-start", "reasoning-rl"];
const folderOfThread = temporaryFolder("thread");
const threadFile = join(folderOfThread, "checkpoint-thread.js");
let whole: string;

testEngine("simd");
beforeAll(async () => {
  buildSync({
    entryPoints: { "checkpoint-thread": join(__dirname, "..", "models", "checkpoint-thread.ts") },
    bundle: true,
    platform: "node",
    target: "node22",
    outdir: folderOfThread,
  });
  whole = newRun(of);
  expect(await runStages(whole, { of })).toBe("completed");
});

const sums = (folder: string): string[] =>
  listCheckpoints(folder).map(({ name }) => readFileSync(join(checkpointsFolder(folder), name, "SHA256SUMS"), "utf8"));

test("checkpoints that a thread writes while steps are made are those that steps waited for", async () => {
  const folder = newRun(of);
  expect(await runStages(folder, { of, checkpointThread: threadFile })).toBe("completed");
  expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(whole));
  expect(listCheckpoints(folder)).toEqual(listCheckpoints(whole));
  expect(sums(folder)).toEqual(sums(whole));
  expect(readdirSync(checkpointsFolder(folder)).filter((name) => name.startsWith("."))).toEqual([]);
});

test.each([
  ["cold-start", 3],
  ["reasoning-rl", 2],
])("a run that stops in %s after step %d has that step's checkpoint, and goes on from it", async (stage, step) => {
  const folder = newRun(of);
  const stop = (name: string, at: number): boolean => name === stage && at === step;
  expect(await runStages(folder, { of, checkpointThread: threadFile, stop })).toBe("stopped");
  const last = listCheckpoints(folder).at(-1)!;
  expect(last).toMatchObject({ stage, step });
  expect(existsSync(join(checkpointsFolder(folder), last.name, momentsFile))).toBe(true);
  expect(await runStages(folder, { of, checkpointThread: threadFile })).toBe("completed");
  for (const name of stages) expect(weightsOf(folder, name).equals(weightsOf(whole, name))).toBe(true);
});

test("a run that ends at any write, in the middle of any checkpoint, goes on to the same numbers", async () => {
  let writes = 0;
  await runStages(newRun(of), { of, checkpointThread: threadFile, beforeWrite: () => (writes += 1) });
  expect(writes).toBeGreaterThan(50);
  for (let end = 5; end < writes; end += 7) {
    const folder = newRun(of);
    let count = 0;
    const beforeWrite = (): void => {
      if (++count > end) throw new Error("killed");
    };
    await expect(runStages(folder, { of, checkpointThread: threadFile, beforeWrite })).rejects.toThrow("killed");
    // What the thread of a killed process has written so far.
    const torn = join(checkpointsFolder(folder), ".new-cold-start-9");
    mkdirSync(torn, { recursive: true });
    writeFileSync(join(torn, "model.safetensors"), "half");
    expect(await runStages(folder, { of, checkpointThread: threadFile })).toBe("completed");
    expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(whole));
    expect(sums(folder)).toEqual(sums(whole));
  }
}, 120_000);

test("a checkpoint that cannot be written ends the run with the reason, and the one before stands", async () => {
  const broken = join(folderOfThread, "broken.js");
  writeFileSync(
    broken,
    `const { parentPort, workerData } = require("node:worker_threads");
     if (!workerData.folder.endsWith("-1")) parentPort.postMessage({ error: { message: "ENOSPC: no space", code: "ENOSPC" } });
     else { require("${threadFile.replaceAll("\\", "/")}"); }`,
  );
  const folder = newRun(of);
  await expect(runStages(folder, { of, checkpointThread: broken })).rejects.toThrow(
    /No space is left to write the checkpoint cold-start-2\. Free some disk space/,
  );
  expect(readdirSync(checkpointsFolder(folder))).toEqual(["cold-start-1"]);
  expect(existsSync(join(checkpointsFolder(folder), "cold-start-1", momentsFile))).toBe(true);
  expect(await runStages(folder, { of })).toBe("completed");
  expect(sums(folder)).toEqual(sums(whole));

  const dies = join(folderOfThread, "dies.js");
  writeFileSync(dies, "process.exit(3);");
  await expect(runStages(newRun(of), { of, checkpointThread: dies })).rejects.toThrow(/ended with code 3/);
  rmSync(dies);
});
