import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { cleanUp, planCleanUp } from "./clean-up";
import { exampleRollout, exampleRun, temporaryFolder } from "./example-run";
import { listRuns, runReader } from "./list-runs";
import { checkpointsFolder, tracesPath } from "./paths";
import { readRecord, writeRecord } from "./record";
import { openTraces } from "./trace-reader";
import { openTraceWriter } from "./trace-writer";

const tokens = (count: number) => ({
  tokens: new Int32Array(count),
  logprobs: null,
  referenceLogprobs: null,
  ratio: null,
  clipped: null,
  oldLogprobs: new Float32Array(count).fill(-1),
  entropy: new Float32Array(count).fill(0.5),
  top: null,
});

/** An ended run of 5 steps of 2 rollouts and 3 checkpoints, of which another run builds on the second. */
function workspace() {
  const folder = temporaryFolder("clean-up");
  const run = exampleRun(folder);
  const writer = openTraceWriter(run);
  for (let step = 1; step <= 5; step++)
    writer.recordRollouts([0, 1].map((sample) => exampleRollout({ step, sample, perToken: tokens(500) })));
  writer.close();
  for (const step of [10, 20, 30]) {
    const path = join(checkpointsFolder(run), `reasoning-rl-${step}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "model.safetensors"), new Uint8Array(1000));
  }
  const other = exampleRun(folder, {
    parent: { run: readRecord(run).id, checkpoint: "reasoning-rl-20", changes: [] },
  });
  for (const each of [run, other]) writeRecord(each, { ...readRecord(each), status: "completed", process: null });
  return { folder, run };
}

test("numbers per token of older steps and checkpoints that nothing builds on are found, shown first, and only they go", async () => {
  const { folder, run } = workspace();
  const plan = () => planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 2 });
  const items = await plan();
  expect(items.filter((item) => item.folder === run)).toEqual([
    { kind: "numbers", folder: run, keepSteps: 2, rollouts: 6, bytes: 6 * 2 * 4 * 500 },
    { kind: "checkpoint", folder: run, name: "reasoning-rl-10", bytes: 1000 },
  ]);
  expect(existsSync(join(checkpointsFolder(run), "reasoning-rl-10"))).toBe(true);
  const before = openTraces(run);
  const texts = before.newest(99).map(({ completion, rewards }) => ({ completion, rewards }));
  before.close();

  expect(cleanUp(items)).toBeGreaterThan(10_000);
  expect(await plan()).toEqual([]);
  expect(existsSync(join(checkpointsFolder(run), "reasoning-rl-10"))).toBe(false);
  expect(existsSync(join(checkpointsFolder(run), "reasoning-rl-20"))).toBe(true);
  expect(existsSync(join(checkpointsFolder(run), "reasoning-rl-30"))).toBe(true);
  const after = openTraces(run);
  expect(after.newest(99).map(({ completion, rewards }) => ({ completion, rewards }))).toEqual(texts);
  const numbers = (step: number) => after.tokens(exampleRollout({ step }));
  expect(numbers(3).tokens).toHaveLength(500);
  expect(numbers(3)).toMatchObject({ oldLogprobs: null, entropy: null });
  expect([numbers(4).oldLogprobs?.[0], numbers(4).entropy?.[0]]).toEqual([-1, 0.5]);
  after.close();
});

test("retention keeps the newest checkpoints of each stage, and the numbers of its last steps, whatever else could go", async () => {
  const { folder, run } = workspace();
  const found = async (keepSteps: number, keepCheckpoints: number) =>
    (await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps, keepCheckpoints }))
      .filter((item) => item.folder === run)
      .map((item) => (item.kind === "checkpoint" ? item.name : item.rollouts));
  // Of three checkpoints the newest is what the stage gave, and another run builds on the second.
  expect(await found(5, 0)).toEqual(["reasoning-rl-10"]);
  expect(await found(5, 2)).toEqual(["reasoning-rl-10"]);
  expect(await found(5, 3)).toEqual([]);
  expect(await found(0, 3)).toEqual([10]);
  expect(await found(4, 3)).toEqual([2]);
});

test("the list of runs, read before, has the deleted checkpoints no more", async () => {
  const { folder, run } = workspace();
  const read = runReader();
  const listed = () =>
    read(folder).flatMap(({ entry }) => (entry.folder === run ? entry.checkpoints.map(({ name }) => name) : []));
  expect(listed()).toEqual(["reasoning-rl-10", "reasoning-rl-20", "reasoning-rl-30"]);
  const items = await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 2 });
  cleanUp(items.filter(({ kind }) => kind === "checkpoint"));
  expect(listed()).toEqual(["reasoning-rl-20", "reasoning-rl-30"]);
});

test("a run that is under way is left alone, and a name that climbs out of the folder deletes nothing", async () => {
  const { folder, run } = workspace();
  writeRecord(run, { ...readRecord(run), status: "running", process: { pid: process.pid, host: "elsewhere" } });
  expect(
    (await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 0 })).filter((item) => item.folder === run),
  ).toEqual([]);
  const precious = join(run, "run.json");
  expect(() => cleanUp([{ kind: "checkpoint", folder: run, name: "../run.json", bytes: 0 }])).toThrow(
    /not a checkpoint/,
  );
  expect(existsSync(precious)).toBe(true);
});

test("traces that are not ours are neither looked at nor written to, and names of checkpoints lead nowhere else", async () => {
  const { folder, run } = workspace();
  const numbers = { kind: "numbers", folder: run, keepSteps: 2, rollouts: 6, bytes: 1 } as const;
  const plan = async () =>
    (await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 2 })).map(({ kind }) => kind);
  expect(await plan()).toEqual(["numbers", "checkpoint"]);
  const database = new DatabaseSync(tracesPath(run));
  database.exec("CREATE VIEW more AS SELECT 1");
  database.close();
  expect(await plan()).toEqual(["checkpoint"]);
  expect(() => cleanUp([numbers])).toThrow('has a view "more" that Reasoning Lab did not make.');
  rmSync(tracesPath(run));
  mkdirSync(tracesPath(run));
  expect(await plan()).toEqual(["checkpoint"]);
  const elsewhere = join(temporaryFolder("elsewhere"), "kept-1");
  mkdirSync(elsewhere);
  const name = relative(checkpointsFolder(run), elsewhere);
  expect(() => cleanUp([{ kind: "checkpoint", folder: run, bytes: 0, name }])).toThrow("is not a checkpoint of a run");
  expect(existsSync(elsewhere)).toBe(true);
});

const checkpointsOf = async (run: string, ...workspaces: string[]) => {
  const all = workspaces.flatMap(listRuns);
  return (await planCleanUp(all, all, { keepSteps: 99 })).flatMap((item) =>
    item.kind === "checkpoint" && item.folder === run ? [item.name] : [],
  );
};

test("of folders with runs of the same name each keeps the checkpoint that a fork builds on", async () => {
  const { folder, run } = workspace();
  const copy = join(temporaryFolder("clean-up-copy"), "copy");
  cpSync(folder, copy, { recursive: true });
  for (const order of [
    [folder, copy],
    [copy, folder],
  ])
    for (const each of [run, join(copy, relative(folder, run))])
      expect(await checkpointsOf(each, ...order)).toEqual(["reasoning-rl-10"]);
});

test("a checkpoint that the recipe of a run starts from stays, however the recipe names it", async () => {
  for (const linked of [false, true]) {
    const { folder, run } = workspace();
    const link = join(folder, "link");
    symlinkSync(checkpointsFolder(run), link, "junction");
    const path = join(linked ? link : checkpointsFolder(run), "reasoning-rl-10");
    expect(await checkpointsOf(run, folder)).toEqual(["reasoning-rl-10"]);
    const other = exampleRun(folder);
    const record = readRecord(other);
    const checkpoint = relative(join(folder, record.recipeFile, ".."), path);
    writeRecord(other, {
      ...record,
      recipe: { ...(record.recipe as object), model: { checkpoint: checkpoint.replaceAll("\\", "/") } },
    });
    expect(await checkpointsOf(run, folder)).toEqual([]);
  }
});

test("a checkpoint that a run was forked from since the plan was shown stays, and all else with it", async () => {
  const { folder, run } = workspace();
  const items = await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 2 });
  exampleRun(folder, { parent: { run: readRecord(run).id, checkpoint: "reasoning-rl-10", changes: [] } });
  expect(() => cleanUp(items)).toThrow("builds on the checkpoint reasoning-rl-10");
  expect(existsSync(join(checkpointsFolder(run), "reasoning-rl-10"))).toBe(true);
  expect((await planCleanUp(listRuns(folder), listRuns(folder), { keepSteps: 2 })).map(({ kind }) => kind)).toEqual([
    "numbers",
  ]);
});
