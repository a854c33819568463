import { fork } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { RunWriteError, writing } from "./atomic-file";
import { latestCheckpoint, listCheckpoints } from "./checkpoints";
import { slug } from "./create-run";
import { exampleRun, temporaryFolder } from "./example-run";
import { listRuns, readRun } from "./list-runs";
import { wholeLines, wholeSize } from "./line-log";
import { damagedMetrics, newestRow, readMetrics } from "./metrics";
import { checkpointsFolder, metricsPath, recordPath } from "./paths";
import { openTraces } from "./trace-reader";
import { openRunWriter } from "./writer";

test("a new run is there for everyone who lists the workspace", () => {
  const workspaceFolder = temporaryFolder();
  const first = exampleRun(workspaceFolder);
  const second = exampleRun(workspaceFolder);
  expect(first).not.toBe(second);
  expect(listRuns(workspaceFolder).map(({ folder }) => folder)).toEqual([second, first]);
  expect(readRun(first).record).toMatchObject({ name: "Chain sum", status: "running", process: { pid: process.pid } });
  expect(readRun(first).workspaceFolder).toBe(workspaceFolder);
  expect(listRuns(join(workspaceFolder, "elsewhere"))).toEqual([]);
});

test("folder names are made of a recipe's name", () => {
  expect(slug("Ünïted Sum / №1")).toBe("united-sum-no1");
  expect(slug("…")).toBe("recipe");
});

test("updates see what another process wrote", () => {
  const folder = exampleRun();
  const one = openRunWriter(folder);
  const other = openRunWriter(folder);
  one.update((record) => ({ ...record, message: "one" }));
  other.update((record) => ({ ...record, status: "paused" }));
  expect(readRun(folder).record).toMatchObject({ message: "one", status: "paused" });
  expect(other.record.message).toBe("one");
});

test("a damaged run is listed with its problem", () => {
  const workspaceFolder = temporaryFolder();
  const folder = exampleRun(workspaceFolder);
  const cases: [string, RegExp][] = [
    ["{ half", /run\.json is not JSON/],
    [`{"format": 2}`, /has format 2/],
    [`{"format": 1, "id": "x"}`, /damaged at `name`/],
  ];
  for (const [text, problem] of cases) {
    writeFileSync(recordPath(folder), text);
    expect(listRuns(workspaceFolder)[0]).toMatchObject({
      record: null,
      problem: expect.stringMatching(problem) as unknown,
    });
  }
  rmSync(recordPath(folder));
  expect(readRun(folder).problem).toMatch(/missing/);
});

test("a run whose process is gone is interrupted; one of another machine is when it has fallen silent", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  const status = (process: { pid: number; host: string } | null) => {
    writer.update((record) => ({ ...record, process }));
    return readRun(folder).record?.status;
  };
  const here = writer.record.process!;
  expect(status(here)).toBe("running");
  expect(status({ ...here, pid: 2 ** 30 })).toBe("interrupted");
  expect(status({ pid: 2 ** 30, host: "another" })).toBe("running");
  utimesSync(recordPath(folder), Date.now() / 1000, Date.now() / 1000 - 3600);
  expect(readRun(folder).record?.status).toBe("interrupted");
  status(here);
  // A process id from before the machine was started belongs to someone else now.
  utimesSync(recordPath(folder), 1000, 1000);
  expect(readRun(folder).record?.status).toBe("interrupted");
});

test("metrics are read from a cursor; a torn line is invisible and repaired", () => {
  const folder = exampleRun();
  expect(readMetrics(folder, 0)).toMatchObject({ rows: [], cursor: 0, more: false, lines: 0 });
  const row = (step: number) => ({ stage: "a", step, time: step, reward: step / 2 });
  const first = openRunWriter(folder);
  first.appendMetrics(row(1));
  const read = readMetrics(folder, 0);
  expect(read.rows).toEqual([row(1)]);
  first.close();
  appendFileSync(metricsPath(folder), `{"stage":"a","st`);
  expect(readMetrics(folder, read.cursor)).toMatchObject({ rows: [], cursor: read.cursor, more: false });
  // No damage: it is being written, or the next writer cuts it off.
  expect(damagedMetrics(folder)).toBeNull();
  const second = openRunWriter(folder);
  second.appendMetrics(row(2));
  second.appendMetrics({ ...row(3), reward: Number.NaN });
  expect(readMetrics(folder, read.cursor).rows).toEqual([row(2), { ...row(3), reward: null }]);
  expect(readMetrics(folder, 1e9).rows).toHaveLength(3);
});

test("lines of metrics that are no rows are counted and told with their place, and cost no others", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  for (let step = 1; step <= 4; step++) writer.appendMetrics({ stage: "a", step, time: step });
  writer.close();
  const path = metricsPath(folder);
  const lines = readFileSync(path, "utf8").split("\n");
  expect(damagedMetrics(folder)).toBeNull();
  // A flipped bit, something of another form, and a blank line, which is nothing.
  writeFileSync(path, [lines[0], lines[1]!.replace(":", ";"), "", "[]", lines[3], ""].join("\n"));
  const { rows, damaged, lines: count } = readMetrics(folder, 0);
  expect(rows.map(({ step }) => step)).toEqual([1, 4]);
  expect({ damaged, count }).toEqual({ damaged: { count: 2, first: 2 }, count: 5 });
  expect(damagedMetrics(folder)).toContain(`${path} has 2 damaged lines, the first at ${path}:2`);
  const part = readMetrics(folder, lines[0]!.length + 1);
  expect(part.damaged).toEqual({ count: 2, first: 1 });
});

test("metrics read in parts are the metrics, whatever the size of a part", () => {
  const fillers = fc.array(fc.nat(300), { maxLength: 12 });
  fc.assert(
    fc.property(fillers, fc.integer({ min: 1, max: 700 }), (sizes, most) => {
      const folder = exampleRun();
      const rows = sizes.map((size, step) => ({ stage: "a", step, time: 0, filler: "x".repeat(size) }));
      const writer = openRunWriter(folder);
      for (const row of rows) writer.appendMetrics(row);
      writer.close();
      const read = [];
      for (let part = readMetrics(folder, 0, most); ; part = readMetrics(folder, part.cursor, most)) {
        read.push(...part.rows);
        if (!part.more) break;
        expect(part.rows.length).toBeGreaterThan(0);
      }
      expect(read).toEqual(rows);
    }),
    { numRuns: 20 },
  );
});

test("the newest row that fits is found from the end, however long the rows are", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.nat(8), fc.boolean(), (fillers, wanted, torn) => {
      const folder = exampleRun();
      const rows = fillers.map((size, step) => ({ stage: "a", step, time: 0, filler: "ä".repeat(size) }));
      const writer = openRunWriter(folder);
      for (const row of rows) writer.appendMetrics(row);
      writer.close();
      if (torn) appendFileSync(metricsPath(folder), `{"stage":"a","step":${wanted},"time":0}`);
      expect(newestRow(folder, ({ step }) => step <= wanted)).toEqual(
        rows.findLast(({ step }) => step <= wanted) ?? null,
      );
    }),
    { numRuns: 20 },
  );
  expect(newestRow(exampleRun(), () => true)).toBeNull();
});

test("a full disk is told in words", () => {
  const full = () =>
    writing("the file", () => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    });
  expect(full).toThrow(RunWriteError);
  expect(full).toThrow("No space is left to write the file. Free some disk space and resume the run");
});

test("checkpoints are replaced, pruned and found", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  for (const step of [5, 10, 20]) expect(writer.saveCheckpoint("rl", step, { "a.txt": `${step}` })).toBe(`rl-${step}`);
  writer.saveCheckpoint("rl-two", 5, { "model.safetensors": new Uint8Array([1, 2]) });
  writer.saveCheckpoint("rl", 20, { "a.txt": "again" });
  expect(latestCheckpoint(folder, "rl")).toBe(join(checkpointsFolder(folder), "rl-20"));
  expect(readFileSync(join(checkpointsFolder(folder), "rl-20", "a.txt"), "utf8")).toBe("again");
  writer.pruneCheckpoints("rl", 2);
  expect(listCheckpoints(folder).map(({ name }) => name)).toEqual(["rl-10", "rl-20", "rl-two-5"]);
  writer.pruneCheckpoints("rl", 0);
  expect(listCheckpoints(folder).map(({ name }) => name)).toEqual(["rl-20", "rl-two-5"]);
  expect(readdirSync(checkpointsFolder(folder))).toHaveLength(2);
});

test("a run that is deleted while it runs does not come back", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  rmSync(folder, { recursive: true });
  expect(() => writer.saveCheckpoint("rl", 5, { "a.txt": "5" })).toThrow(
    /was deleted or moved while the run was writing to it/,
  );
  expect(existsSync(folder)).toBe(false);
});

test("what a kill left of a checkpoint is cleared, and a checkpoint under replacement comes back", () => {
  const folder = exampleRun();
  const place = checkpointsFolder(folder);
  mkdirSync(join(place, ".new-rl-5"));
  mkdirSync(join(place, ".old-rl-4"));
  expect(listCheckpoints(folder)).toEqual([]);
  openRunWriter(folder).close();
  expect(readdirSync(place)).toEqual(["rl-4"]);
});

test("a writer killed at any instant leaves whole steps, whole files and whole checkpoints", async () => {
  const bundle = join(temporaryFolder(), "writer.cjs");
  buildSync({
    stdin: {
      contents: `
        import { openRunWriter } from "./writer";
        import { exampleRollout } from "./example-run";
        const writer = openRunWriter(process.argv[2]!);
        process.send!("ready", () => { for (let step = writer.record.stages[0]!.step + 1; ; step++) {
          writer.recordRollouts([0, 1, 2, 3].map((sample) => exampleRollout({ step, sample })));
          writer.appendMetrics({ stage: "reasoning-rl", step, time: step, reward: step, filler: "x".repeat(3000) });
          writer.saveCheckpoint("reasoning-rl", step, { "model.safetensors": new Uint8Array(1e5).fill(step % 251), "step.txt": String(step) });
          writer.pruneCheckpoints("reasoning-rl", 2);
          writer.update((record) => ({ ...record, stages: record.stages.map((stage) => ({ ...stage, step })) }));
        } });`,
      resolveDir: __dirname,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    outfile: bundle,
  });
  const folder = exampleRun();
  let reached = 0;
  for (let round = 0; round < 8; round++) {
    const child = fork(bundle, [folder], { execArgv: ["--disable-warning=ExperimentalWarning"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    await once(child, "message");
    setTimeout(() => child.kill("SIGKILL"), 40 + Math.random() * 120);
    while (child.exitCode === null && child.signalCode === null) {
      // A reader at the same time never sees half of anything.
      expect(readRun(folder).problem).toBeNull();
      const { rows } = readMetrics(folder, 0);
      const steps = [...new Set(rows.map(({ step }) => step))];
      expect(steps).toEqual(steps.map((_, index) => index + 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await exited;
    const traces = openTraces(folder);
    for (const { rollouts } of traces.steps()) expect(rollouts).toBe(4);
    traces.close();
    const { rows } = readMetrics(folder, 0);
    const recordedStep = readRun(folder).record!.stages[0]!.step;
    expect(recordedStep).toBeGreaterThanOrEqual(reached);
    reached = recordedStep;
    expect(rows.at(-1)?.step ?? 0).toBeGreaterThanOrEqual(recordedStep);
    const last = latestCheckpoint(folder, "reasoning-rl");
    expect(recordedStep === 0 || last !== null).toBe(true);
    for (const { name, step } of listCheckpoints(folder)) {
      const model = readFileSync(join(checkpointsFolder(folder), name, "model.safetensors"));
      expect(model).toHaveLength(1e5);
      expect(model[99_999]).toBe(step % 251);
      expect(existsSync(join(checkpointsFolder(folder), name, "step.txt"))).toBe(true);
    }
  }
  expect(reached).toBeGreaterThan(0);
});

test("whole lines are the same whatever is read at a time, and none is one text with the others", () => {
  const path = join(exampleRun(), "lines");
  const lines = ["", "äöü", "x".repeat(1000), "\u2028", "last"];
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  const descriptor = openSync(path, "r");
  for (const size of [1, 2, 3, 64, 1 << 20])
    expect(Array.from(wholeLines(descriptor, path, 0, wholeSize(descriptor, path), size), String)).toEqual(lines);
  closeSync(descriptor);
});
