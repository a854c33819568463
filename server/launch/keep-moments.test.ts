import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { resumeChanges } from "./resume-changes";
import { planFork } from "./fork-plan";
import { checksumFile } from "../models/checksums";
import { dropMoments, lacksMoments, momentsFile } from "../models/moments";
import { latestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { checkpointsFolder, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { pairs, recipeOf, rl, sft } from "../stages/recipe.testing";
import { mergedMetricsOf, newRun, runStages, weightsOf } from "../stages/run.testing";

const kept = { keep_moments: "newest", save_total_limit: 9, logging_steps: 1 };
const of = recipeOf([
  { kind: "cold-start", examples: 10, ...sft, ...kept },
  { kind: "reward-model", name: "helpful", tag: "helpful", ...pairs, ...kept },
  { kind: "reasoning-rl", steps: 4, prompts_per_step: 2, ...rl, keep_moments: "newest", save_total_limit: 9 },
]);
let whole: string;

testEngine("simd");
beforeAll(async () => {
  whole = newRun(of);
  expect(await runStages(whole, { of })).toBe("completed");
});

/** Names of the run's checkpoints that have moments. */
const withMoments = (folder: string): string[] =>
  listCheckpoints(folder).flatMap(({ name }) =>
    existsSync(join(checkpointsFolder(folder), name, momentsFile)) ? [name] : [],
  );
const stoppedAt = async (stage: string, step: number): Promise<string> => {
  const folder = newRun(of);
  expect(await runStages(folder, { of, stop: (name, at) => name === stage && at === step })).toBe("stopped");
  return folder;
};

test("the newest checkpoint of a stage in progress has moments, and none when all are complete", async () => {
  expect(withMoments(whole)).toEqual([]);
  const folder = await stoppedAt("cold-start", 4);
  expect(listCheckpoints(folder).map(({ name }) => name)).toEqual(["cold-start-2", "cold-start-4"]);
  expect(withMoments(folder)).toEqual(["cold-start-4"]);
});

test.each([
  ["cold-start", 3],
  ["cold-start", 5],
  ["helpful", 3],
  ["reasoning-rl", 3],
])("a run that stops in %s after step %d goes on to the same numbers", async (stage, step) => {
  const folder = await stoppedAt(stage, step);
  expect(await runStages(folder, { of })).toBe("completed");
  for (const name of ["cold-start", "helpful", "reasoning-rl"])
    expect(weightsOf(folder, name).equals(weightsOf(whole, name))).toBe(true);
  expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(whole));
  expect(withMoments(folder)).toEqual([]);
});

test.each([
  ["cold-start", 4],
  ["helpful", 4],
])("%s goes on without moments only where it was asked about, and says so", async (stage, step) => {
  const folder = await stoppedAt(stage, step);
  rmSync(latestCheckpoint(folder, stage)!, { recursive: true });
  const record = readRecord(folder);
  const present = { recipe: of, recipeFolder: folder, rewards: {}, version: record.versions["reasoning-lab"] ?? "" };
  const said = `${stage}-2 has no moments of AdamW`;
  expect(resumeChanges(folder, record, present).asked.filter((text) => text.startsWith(said))).toHaveLength(1);
  expect(await runStages(folder, { of })).toBe("completed");
  expect(readRecord(folder).stages.find(({ name }) => name === stage)!.remarks["moments"]).toContain(said);
  expect(weightsOf(folder, stage).equals(weightsOf(whole, stage))).toBe(false);
});

test("a fork that goes on from a checkpoint without moments says so, one that begins the next stage does not", () => {
  const request = { folder: whole, stage: null, recipe: "run", settings: [] } as const;
  expect(planFork({ ...request, checkpoint: "reasoning-rl-2" }).notice).toContain("reasoning-rl-2 has no moments");
  expect(planFork({ ...request, checkpoint: "cold-start-5" }).notice).toBeNull();
  writeFileSync(
    join(workspaceOf(whole), "r.reward.ts"),
    "export const length = () => 1;\nexport const digits = () => 1;\n",
  );
  const more = [{ path: "cold-start.steps", text: "8" }];
  expect(planFork({ ...request, checkpoint: "cold-start-5", settings: more }).notice).toContain("cold-start-5 has no");
});

test("moments that are lost, not left out, are damage", async () => {
  const folder = await stoppedAt("cold-start", 4);
  const checkpoint = latestCheckpoint(folder, "cold-start")!;
  rmSync(join(checkpoint, momentsFile));
  expect(lacksMoments(checkpoint)).toBe(false);
  await expect(runStages(folder, { of })).rejects.toThrow(
    /has no trainer\/optimizer\.tensors that can be read.*goes on from the one before it, with new moments/,
  );
});

test("whenever the process ends while moments are dropped, the checkpoint has them or says that it has none", async () => {
  const folder = await stoppedAt("cold-start", 3);
  const checkpoint = latestCheckpoint(folder, "cold-start")!;
  const sums = join(checkpoint, checksumFile);
  const before = readFileSync(sums, "utf8");
  // Ended between the two: the sums list them no more, and they are there.
  writeFileSync(sums, before.replace(/.*optimizer\.tensors\n/, ""));
  expect(lacksMoments(checkpoint)).toBe(false);
  expect(await runStages(folder, { of })).toBe("completed");
  expect(weightsOf(folder, "cold-start").equals(weightsOf(whole, "cold-start"))).toBe(true);
  expect(withMoments(folder)).toEqual([]);
  const names = readdirSync(checkpoint);
  dropMoments(checkpoint);
  expect(lacksMoments(checkpoint)).toBe(true);
  expect(readdirSync(checkpoint)).toEqual(names);
  expect(readFileSync(sums, "utf8").split("\n").length).toBe(before.split("\n").length - 1);
});
