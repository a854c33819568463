import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keptFile, keptVersions } from "../runs/kept-rewards";
import { readRun } from "../runs/list-runs";
import { readLiveState } from "../runs/live-run";
import { readMetrics } from "../runs/metrics";
import { readRecord, writeRecord } from "../runs/record";
import { otherClaim } from "../runs/processes.testing";
import { createProject } from "./create-project";
import { recipeNotice } from "./resume-changes";
import { activeRun, resumeRun, startRun } from "./run";
import { projectFolder } from "../processes/installation.testing";
import { installation, project, sample, started, startedAndStepped, two } from "./runs.testing";

test("a run goes through its stages, is scored by the project's rewards and is recorded", async () => {
  const progress: string[] = [];
  const options = { ...project("plain", two(2)), seed: 7 };
  const run = await started(options, { progress: ({ stage, step }) => progress.push(`${stage} ${step}`) });
  expect(activeRun()).toBe(run);
  expect(await run.ended).toEqual({ status: "completed", message: null });
  expect(activeRun()).toBeNull();
  expect(progress).toEqual(["cold-start 1", "cold-start 2", "reasoning-rl 1", "reasoning-rl 2"]);
  const { record } = readRun(run.folder);
  expect(record).toMatchObject({
    status: "completed",
    seed: 7,
    recipe: { seed: 7, evaluation: { prompts: 256 } },
    recipeFile: "recipes/test.lab.json",
    process: null,
  });
  expect(record?.hashes.rewards).toHaveProperty("rewards/chain-sum.reward.ts#correct");
  expect(readMetrics(run.folder, 0).rows.map(({ reward }) => reward)).toEqual([1, 1, 1, 1]);
});

test("what a recipe does not say of its checkpoint is said in the log and by the run's stages", async () => {
  const options = project("from-checkpoint", two(1));
  const recipe = JSON.parse(readFileSync(options.recipeFile, "utf8")) as object;
  writeFileSync(options.recipeFile, JSON.stringify({ ...recipe, model: { checkpoint: "small" } }));
  const folder = join(options.recipeFile, "..", "small");
  mkdirSync(folder);
  for (const name of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
    writeFileSync(join(folder, name), "");
  const told: string[] = [];
  const run = await started(options, { log: (_, text) => told.push(text) });
  await run.ended;
  const text = told.find((line) => line.startsWith("Set as suits a checkpoint"));
  expect(text).toContain("reasoning-rl.learning_rate 0.000001 (TRL's GRPOConfig");
  expect(text).toContain("evaluation.samples 4");
  const { stages, recipe: resolved } = readRun(run.folder).record!;
  expect(stages[0]!.remarks["defaults"]).toContain("cold-start.learning_rate 0.00002");
  expect(stages[0]!.remarks["defaults"]).toContain("evaluation.temperature 0.6");
  expect(stages[1]!.remarks["defaults"]).toContain("reasoning-rl.learning_rate 0.000001");
  expect(stages[1]!.remarks["defaults"]).not.toContain("evaluation");
  expect(resolved).toMatchObject({ stages: [{ learning_rate: 2e-5 }, { learning_rate: 1e-6 }] });
});

test("a run records the commit of a model of the Hub, and an edit that does not touch it changes nothing", async () => {
  const commit = "12fd25f77366fa6b3b4b768ec3050bf629380bac";
  const options = project("from-hub", two(1));
  const cache = join(options.recipeFile, "..", "hub");
  const before = process.env["HF_HUB_CACHE"];
  process.env["HF_HUB_CACHE"] = cache;
  onTestFinished(() => {
    if (before === undefined) delete process.env["HF_HUB_CACHE"];
    else process.env["HF_HUB_CACHE"] = before;
  });
  const model = join(cache, "models--org--small");
  for (const folder of ["refs", join("snapshots", commit)]) mkdirSync(join(model, folder), { recursive: true });
  writeFileSync(join(model, "refs", "main"), commit);
  for (const name of ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
    writeFileSync(join(model, "snapshots", commit, name), "");
  const recipe = JSON.parse(readFileSync(options.recipeFile, "utf8")) as object;
  const text = JSON.stringify({ ...recipe, model: { checkpoint: "hf:org/small" } });
  writeFileSync(options.recipeFile, text);
  const run = await started(options);
  await run.ended;
  const record = readRun(run.folder).record!;
  expect(record.recipe).toMatchObject({ model: { checkpoint: `hf:org/small@${commit}` } });
  writeFileSync(options.recipeFile, `// Looked at again.\n${text}`);
  expect(recipeNotice(record, options.recipeFile)).toBeNull();
  writeFileSync(options.recipeFile, text.replace("org/small", "org/other"));
  expect(recipeNotice(record, options.recipeFile)).toContain("was edited since the run began");
});

test("stop ends after the step, and resume goes on behind it", async () => {
  const options = project("endless", [{ kind: "cold-start", steps: 10_000 }]);
  const run = await startedAndStepped(options);
  await expect(startRun(options)).rejects.toThrow(/A run is in progress/);
  run.stop();
  run.stop();
  expect(run.stopping).toBe(true);
  expect(await run.ended).toMatchObject({ status: "stopped" });
  const step = readRun(run.folder).record!.stages[0]!.step;
  let resumedStep = 0;
  const resumed = await resumeRun(run.folder, options, { progress: (progress) => (resumedStep ||= progress.step) });
  resumed.stop();
  await resumed.ended;
  expect(resumedStep).toBe(step + 1);
  const at = { time: expect.any(String) as string, stage: "cold-start", step };
  expect(readRun(run.folder).record!.resumes).toEqual([at]);
});

test("a run can be started as soon as the one before says that it has ended", async () => {
  const options = project("lingering", [{ kind: "cold-start", steps: 1 }]);
  const first = await started(options);
  await expect.poll(() => readRun(first.folder).record?.status, { interval: 5 }).toBe("completed");
  const second = await started(options);
  expect(second.folder).not.toBe(first.folder);
  expect(await second.ended).toMatchObject({ status: "completed" });
});

test("a trainer killed from outside leaves an interrupted run that says so", async () => {
  const run = await startedAndStepped(project("endless", [{ kind: "cold-start", steps: 10_000 }]));
  process.kill(run.trainerPid!, "SIGKILL");
  const { status, message } = await run.ended;
  expect(status).toBe("interrupted");
  expect(message).toMatch(
    /Something else ended the trainer process \(.*\)\. If nobody ended it, the system did: .* Resume continues from checkpoint cold-start-\d+\./,
  );
  expect(readRun(run.folder).record).toMatchObject({ status: "interrupted", message, stages: [{ status: "stopped" }] });
});

test("a trainer that crashes leaves its last words, and resume goes on", async () => {
  const options = project("crash", [{ kind: "cold-start", steps: 3 }]);
  const run = await started(options);
  expect(await run.ended).toMatchObject({
    status: "interrupted",
    message: expect.stringMatching(/exit code 9.*out of luck/) as unknown,
  });
  const resumed = await resumeRun(run.folder, options);
  expect(await resumed.ended).toMatchObject({ status: "completed" });
  await expect(resumeRun(run.folder, options)).rejects.toThrow(/nothing to resume/);
});

test("a run that another process has is left to it, and is resumed once that process is gone", async () => {
  const options = project("crash", [{ kind: "cold-start", steps: 3 }]);
  const run = await started(options);
  await run.ended;
  const other = await otherClaim(run.folder);
  await expect(resumeRun(run.folder, options)).rejects.toThrow(/is running.*Stop it first/);
  expect(activeRun()).toBeNull();
  other.kill("SIGKILL");
  await once(other, "exit");
  const resumed = await resumeRun(run.folder, options);
  expect(await resumed.ended).toMatchObject({ status: "completed" });
});

test("a process that happens to have the number of one that is gone does not hold its run", async () => {
  const options = project("crash", [{ kind: "cold-start", steps: 3 }]);
  const run = await started(options);
  await run.ended;
  const record = readRecord(run.folder);
  writeRecord(run.folder, { ...record, status: "running", process: { pid: process.pid, host: hostname() } });
  expect(readRun(run.folder).record?.status).toBe("interrupted");
  const said: string[] = [];
  const resumed = await resumeRun(run.folder, options, { log: (_, text) => said.push(text) });
  expect(said.join()).toContain(`The process that ran this (${process.pid} on ${hostname()}) ended without a message`);
  expect(await resumed.ended).toMatchObject({ status: "completed" });
});

test("a stage by itself starts from the newest checkpoint of its source", async () => {
  const options = project("plain", two(2));
  const alone = { ...options, stage: "reasoning-rl" };
  await expect(startRun(alone)).rejects.toThrow('Run "cold-start" first');
  const first = await started({ ...options, stage: "cold-start" });
  await first.ended;
  const second = await started(alone);
  await second.ended;
  const { record } = readRun(second.folder);
  expect(record?.stages).toHaveLength(1);
  const from = record!.stages[0]!.from!;
  expect(from).toMatch(/^\.reasoning-lab\/runs\/.*\/checkpoints\/cold-start-2$/);
  expect(existsSync(join(options.workspaceFolder, from))).toBe(true);
  await expect(startRun({ ...options, stage: "none" })).rejects.toThrow(/has no stage "none"/);
});

test("an edit of a reward in mid-run takes effect; one that breaks it leaves the last good version scoring", async () => {
  const options = project("endless", [{ kind: "reasoning-rl", steps: 10_000 }]);
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const warnings: string[] = [];
  const step = Promise.withResolvers<undefined>();
  const run = await started(options, {
    log: (level, text) => level === "warn" && warnings.push(text),
    progress: () => step.resolve(undefined),
  });
  await step.promise;
  const rows = () => readMetrics(run.folder, 0).rows;
  writeFileSync(reward, "export const correct = () => 0.25;");
  await expect.poll(() => rows().at(-1)?.["reward"]).toBe(0.25);
  const hash = rows().at(-1)!.reward_hash;
  expect(new Set(rows().map(({ reward_hash }) => reward_hash)).size).toBe(2);
  writeFileSync(reward, "export const correct = () => {");
  await expect
    .poll(() => warnings)
    .toEqual([expect.stringMatching(/v3 of .* does not compile, so v2 keeps scoring\./)]);
  const outdated = () => readLiveState(run.folder, readRun(run.folder).record?.process?.token)?.outdatedRewards;
  await expect
    .poll(outdated)
    .toMatchObject([
      { file: reward, version: 2, refused: { version: 3, fault: "does not compile", line: 1, column: 31 } },
    ]);
  const before = rows().length;
  await expect.poll(() => rows().length).toBeGreaterThan(before + 2);
  expect(rows().at(-1)).toMatchObject({ reward: 0.25, reward_hash: hash });
  writeFileSync(reward, "export const correct = () => 0.75;");
  await expect.poll(() => rows().at(-1)?.["reward"]).toBe(0.75);
  await expect.poll(outdated).toEqual([]);
  run.stop();
  expect(await run.ended).toMatchObject({ status: "stopped" });
  // Each version that scored is kept with the run, under the hash that its steps have; the broken one scored nothing.
  const { versions } = keptVersions(run.folder);
  expect(versions.map((version) => version.hash)).toEqual([...new Set(rows().map(({ reward_hash }) => reward_hash))]);
  expect(versions.map(({ number, files }) => [number, files.map(({ path }) => path)])).toEqual(
    [1, 2, 3].map((number) => [number, ["recipes/rewards/chain-sum.reward.ts"]]),
  );
  expect(versions.slice(1).map(({ files }) => keptFile(run.folder, files[0]!.hash))).toEqual([
    "export const correct = () => 0.25;",
    "export const correct = () => 0.75;",
  ]);
});

test("a resume tells an edited reward from another build of our own library", async () => {
  const options = project("plain", [{ kind: "reasoning-rl", steps: 2 }]);
  const first = await started({ ...options, stage: "reasoning-rl" });
  await first.ended;
  const record = { ...readRun(first.folder).record!, status: "stopped" as const };
  writeFileSync(join(first.folder, "run.json"), JSON.stringify(record));
  // As an update of the product changes it.
  const library = join(installation.distFolder, "reasoning-lab.mjs");
  const before = readFileSync(library, "utf8");
  writeFileSync(library, `${before}\nexport const another = 1;\nglobalThis.another = another;\n`);
  onTestFinished(() => writeFileSync(library, before));
  await expect(resumeRun(first.folder, options)).rejects.toThrow(
    /Another build of Reasoning Lab's functions for rewards than the one that scored last \(0\)\. The reward files are as they were\./,
  );
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  writeFileSync(reward, `${readFileSync(reward, "utf8")}\nglobalThis.edited = 1;\n`);
  await expect(resumeRun(first.folder, options)).rejects.toThrow(/Reward edited: correct in/);
});

test("a run that paused for its rewards goes on with them edited, and is not asked whether that is meant", async () => {
  const options = project("failing", [{ kind: "reasoning-rl", steps: 3 }]);
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const good = readFileSync(reward, "utf8");
  writeFileSync(reward, "export const correct = () => false;");
  const errors: string[] = [];
  const run = await started(options, { log: (level, text) => level === "error" && errors.push(text) });
  expect(await run.ended).toMatchObject({ status: "paused" });
  expect(readRun(run.folder).record).toMatchObject({ pausedFor: "reward" });
  expect(errors[0]).toMatch(/chain-sum\.reward\.ts:1: correct: returned false\..*/);
  expect(errors.at(-1)).toMatch(/^2 reward errors in 2 scored samples: /);
  writeFileSync(reward, good);
  const again = await resumeRun(run.folder, options);
  expect(await again.ended).toMatchObject({ status: "completed" });
  expect(readRun(run.folder).record).toMatchObject({
    pausedFor: null,
    accepted: [{ changes: [expect.stringContaining("Reward edited: correct") as unknown] }],
  });
});

test("a resume asks when what the run recorded was taken away since", async () => {
  const options = project("endless", [{ kind: "reasoning-rl", steps: 1000 }]);
  const run = await started(options);
  await expect.poll(() => readRun(run.folder).record?.stages[0]?.step ?? 0, { timeout: 20_000 }).toBeGreaterThan(1);
  run.stop();
  await run.ended;
  for (const file of ["metrics.jsonl", "traces.sqlite", "traces.sqlite-wal", "traces.sqlite-shm"])
    rmSync(join(run.folder, file), { force: true });
  await expect(resumeRun(run.folder, options)).rejects.toThrow(
    /metrics\.jsonl is missing, so curves .*\n.*traces\.sqlite is missing, so traces/,
  );
  const again = await resumeRun(run.folder, { ...options, acceptChanges: true });
  again.stop();
  expect(await again.ended).toMatchObject({ status: "stopped" });
});

test("what is wrong with a recipe is told before anything starts", async () => {
  const options = project("plain", [{ kind: "cold-start", step: 3 }]);
  await expect(startRun(options)).rejects.toThrow(
    /test\.lab\.json:\d+:\d+: Unknown key "step".*Did you mean "steps"\?/,
  );
  await expect(startRun({ ...options, recipeFile: "/none.lab.json" })).rejects.toThrow(/There is no recipe/);
  await expect(startRun(project("plain", two(1), ["corect"]))).rejects.toThrow(/Did you mean "correct"\?/);
  expect(existsSync(join(options.workspaceFolder, ".reasoning-lab"))).toBe(false);
  expect(activeRun()).toBeNull();
});

test("a new project overwrites nothing", () => {
  const folder = projectFolder({ "README.md": "mine" });
  expect(() => createProject(sample, folder)).toThrow(/already holds README\.md/);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
  expect(existsSync(join(folder, "rewards"))).toBe(false);
  expect(() => createProject(sample, join(folder, "README.md"))).toThrow(/is a file/);
  const made = createProject(sample, join(folder, "inside"));
  expect(made).toBe(join(folder, "inside", "chain-sum.lab.json"));
  expect(existsSync(join(folder, "inside", ".gitignore"))).toBe(true);
});
