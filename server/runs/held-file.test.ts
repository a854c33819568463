/** What a run says and keeps when something else takes away, or writes into, what it is writing. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { exampleRollout, exampleRun, temporaryFolder } from "./example-run";
import { FileLost } from "./held-file";
import { readMetrics } from "./metrics";
import { metricsPath, recordPath, samplesPath, tracesPath } from "./paths";
import { readRecord } from "./record";
import { openTraces } from "./trace-reader";
import { openRunWriter, type RunWriter } from "./writer";

/** Windows lets nobody delete or move a store that is open. */
const onPosix = test.skipIf(process.platform === "win32");

const row = (step: number) => ({ stage: "a", step, time: step });

/** A run with two rows of metrics and two steps of rollouts. */
function written(): { readonly folder: string; readonly writer: RunWriter } {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  for (const step of [1, 2]) {
    writer.appendMetrics(row(step));
    writer.recordRollouts([exampleRollout({ step })]);
  }
  return { folder, writer };
}

/** What the work throws; fails where it is no {@link FileLost}. */
function lost(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FileLost) return error.message;
    throw error;
  }
  throw new Error("Nothing was noticed.");
}

const steps = (folder: string): number[] => {
  const reader = openTraces(folder);
  onTestFinished(() => reader.close());
  return reader.steps().map(({ step }) => step);
};

/** Files beside the run's own. */
const kept = (folder: string): string[] => readdirSync(folder).filter((name) => /kept|tmp/.test(name));

test("a run that is left alone looks and goes on", () => {
  const { folder, writer } = written();
  const log = writer.openSamples("a");
  log.append({ batch: 1 });
  writer.check();
  log.close();
  writer.appendMetrics(row(3));
  writer.check();
  expect(readMetrics(folder, 0).rows).toHaveLength(3);
});

test("metrics that were deleted are written again, once, and the run is told; a resume goes on with them", () => {
  const { folder, writer } = written();
  rmSync(metricsPath(folder));
  const message = lost(() => writer.appendMetrics(row(3)));
  expect(message).toContain(`${metricsPath(folder)} was deleted or moved`);
  expect(message).toContain("resume the run");
  expect(readMetrics(folder, 0).rows).toEqual([row(1), row(2)]);
  expect(lost(() => writer.appendMetrics(row(3)))).toBe(message);
  expect(lost(() => writer.check())).toBe(message);
  writer.close();
  const again = openRunWriter(folder);
  again.appendMetrics(row(3));
  again.check();
  again.close();
  expect(readMetrics(folder, 0).rows).toEqual([row(1), row(2), row(3)]);
  expect(kept(folder)).toEqual([]);
});

test("metrics that another file took the place of are kept beside it, whole", () => {
  const { folder, writer } = written();
  const path = metricsPath(folder);
  const whole = readFileSync(path, "utf8");
  // As an editor saves: a copy, moved into the place.
  copyFileSync(path, join(folder, "copy"));
  renameSync(join(folder, "copy"), path);
  const message = lost(() => writer.appendMetrics(row(3)));
  expect(message).toContain(`Another file replaced ${path}`);
  expect(message).toContain(`${path}.kept:`);
  expect(readFileSync(`${path}.kept`, "utf8")).toBe(whole);
  expect(readFileSync(path, "utf8")).toBe(whole);
});

test("metrics that were cut short, or written into, end the run before it writes there", () => {
  const cut = written();
  const path = metricsPath(cut.folder);
  truncateSync(path, readFileSync(path).indexOf("\n") + 1);
  expect(lost(() => cut.writer.appendMetrics(row(3)))).toMatch(/Another program cut .* from \d+ to \d+ bytes/);
  expect(readMetrics(cut.folder, 0).rows).toEqual([row(1)]);
  const grown = written();
  appendFileSync(metricsPath(grown.folder), "mine\n");
  expect(lost(() => grown.writer.check())).toMatch(/wrote to .*from line 3 on/);
  expect(readFileSync(metricsPath(grown.folder), "utf8")).toMatch(/mine\n$/);
});

test("samples are looked after as metrics are", () => {
  const { folder, writer } = written();
  const log = writer.openSamples("a");
  log.append({ batch: 1 });
  rmSync(samplesPath(folder, "a"));
  expect(lost(() => writer.check())).toContain(samplesPath(folder, "a"));
  expect(readFileSync(samplesPath(folder, "a"), "utf8")).toBe('{"batch":1}\n');
});

onPosix("traces that were deleted are written again, with what stood in their log only", () => {
  const { folder, writer } = written();
  const before = openTraces(folder);
  expect(before.steps()).toHaveLength(2);
  rmSync(tracesPath(folder));
  const message = lost(() => writer.recordRollouts([exampleRollout({ step: 3 })]));
  expect(message).toContain(`${tracesPath(folder)} was deleted or moved`);
  before.close();
  writer.close();
  expect(steps(folder)).toEqual([1, 2]);
  const again = openRunWriter(folder);
  again.recordRollouts([exampleRollout({ step: 3 })]);
  again.check();
  again.close();
  expect(steps(folder)).toEqual([1, 2, 3]);
  expect(kept(folder)).toEqual([]);
});

onPosix("traces that another store took the place of are kept beside it", () => {
  const { folder, writer } = written();
  const path = tracesPath(folder);
  const other = exampleRun(temporaryFolder("other"));
  const others = openRunWriter(other);
  others.recordRollouts([exampleRollout({ step: 7 })]);
  others.close();
  copyFileSync(tracesPath(other), join(folder, "copy"));
  renameSync(join(folder, "copy"), path);
  expect(lost(() => writer.check())).toContain(`${path}.kept:`);
  writer.close();
  expect(steps(folder)).toEqual([7]);
  renameSync(`${path}.kept`, path);
  expect(steps(folder)).toEqual([1, 2]);
});

onPosix("a log of traces that was deleted or replaced is written into the store", () => {
  const gone = written();
  rmSync(`${tracesPath(gone.folder)}-wal`);
  expect(lost(() => gone.writer.check())).toContain(`Its contents are now in ${tracesPath(gone.folder)}`);
  gone.writer.close();
  expect(steps(gone.folder)).toEqual([1, 2]);
  const replaced = written();
  const log = `${tracesPath(replaced.folder)}-wal`;
  rmSync(log);
  writeFileSync(log, "not a log");
  expect(lost(() => replaced.writer.check())).toContain(`${log}.kept`);
  replaced.writer.close();
  expect(readFileSync(`${log}.kept`, "utf8")).toBe("not a log");
  expect(steps(replaced.folder)).toEqual([1, 2]);
});

test("traces that were cut short end the run", () => {
  const { folder, writer } = written();
  writer.close();
  const again = openRunWriter(folder);
  onTestFinished(() => again.close());
  truncateSync(tracesPath(folder), 100);
  expect(lost(() => again.check())).toMatch(/Another program cut .*traces\.sqlite from \d+ to 100 bytes/);
});

test("a record that was deleted, or is none any more, is written again, and the next one is recorded", () => {
  for (const damage of [(path: string) => rmSync(path), (path: string) => writeFileSync(path, "{ half")]) {
    const { folder, writer } = written();
    damage(recordPath(folder));
    const message = lost(() => writer.update((record) => ({ ...record, message: "next" })));
    expect(message).toContain(recordPath(folder));
    expect(readRecord(folder).message).toBeNull();
    const aside = `${recordPath(folder)}.kept`;
    expect(existsSync(aside) ? readFileSync(aside, "utf8") : null).toBe(message.includes(aside) ? "{ half" : null);
    writer.update((record) => ({ ...record, message: "next" }));
    expect(readRecord(folder).message).toBe("next");
  }
});

onPosix("of a run folder that was deleted or moved nothing comes back, whatever is written next", () => {
  for (const take of [
    (folder: string) => rmSync(folder, { recursive: true }),
    (folder: string) => renameSync(folder, join(temporaryFolder("moved"), basename(folder))),
  ]) {
    const { folder, writer } = written();
    take(folder);
    for (const write of [
      () => writer.check(),
      () => writer.appendMetrics(row(3)),
      () => writer.recordRollouts([exampleRollout({ step: 3 })]),
      () => writer.saveCheckpoint("a", 3, { "a.txt": "3" }),
      () => writer.update((record) => record),
      () => writer.openSamples("a"),
      () => writer.saveDataset("a", []),
    ])
      expect(lost(write)).toContain(`The folder ${folder} was deleted or moved`);
    expect(existsSync(folder)).toBe(false);
  }
});
