import { mkdtempSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { MetricsRow } from "../protocol/metrics";
import { readTracker } from "../trackers/read-tracker";
import { exampleRun } from "./example-run";
import { exportFormats, exportMetrics, type ExportFormat } from "./export-metrics";
import { readRecord, writeRecord } from "./record";
import { openRunWriter } from "./writer";

const folder = (): string => mkdtempSync(join(tmpdir(), "reasoning-lab-export-"));
const quietly = { signal: new AbortController().signal, wrote: () => undefined };
const out = (format: ExportFormat, to: string) => ({ format, out: to, follow: false });

function recorded(): string {
  const run = exampleRun();
  const writer = openRunWriter(run);
  const rows: MetricsRow[] = [
    { stage: "cold-start", step: 1, time: 1764480000123, loss: 0.1, "eval/pass@1": null },
    { stage: "reasoning-rl", step: 1, time: 1764480001456, reward: 1 / 3, reward_hash: "a" },
    { stage: "reasoning-rl", step: 2, time: 1764480002000, reward: 0.7 },
    // Made again by a resume.
    { stage: "reasoning-rl", step: 2, time: 1764480003000, reward: 0.75, kl: 1e-300 },
  ];
  for (const row of rows) writer.appendMetrics(row);
  writer.close();
  return run;
}

test.each(exportFormats)("%s holds every number with its step and time, as exactly as it can", async (format) => {
  const to = folder();
  const { path, rows } = await exportMetrics(recorded(), out(format, to), quietly);
  expect(rows).toBe(3);
  const back = readTracker(path).rows.map(({ stage, ...row }) => ({ stage: stage.split(".").at(-1), ...row }));
  const held = format === "tensorboard" ? Math.fround : (value: number) => value;
  expect(back).toEqual([
    { stage: "cold-start", step: 1, time: 1764480000123, loss: held(0.1) },
    { stage: "reasoning-rl", step: 1, time: 1764480001456, reward: held(1 / 3) },
    { stage: "reasoning-rl", step: 2, time: 1764480003000, reward: 0.75, kl: held(1e-300) },
  ]);
});

test.each(exportFormats)("%s is never written twice into the same place", async (format) => {
  const to = folder();
  const run = recorded();
  await exportMetrics(run, out(format, to), quietly);
  await expect(exportMetrics(run, out(format, to), quietly)).rejects.toThrow(/already/);
});

test.each(exportFormats)("%s takes what a live run goes on to write, until it ends", async (format) => {
  const run = exampleRun();
  writeRecord(run, { ...readRecord(run), status: "running", process: { pid: process.pid, host: hostname() } });
  const writer = openRunWriter(run);
  const row = (step: number): MetricsRow => ({ stage: "reasoning-rl", step, time: 1764480000000 + step, reward: step });
  writer.appendMetrics(row(1));
  const told: number[] = [];
  const wrote = ({ rows }: { readonly rows: number }): void => {
    told.push(rows);
    if (rows === 1) writer.appendMetrics(row(2));
    else if (rows === 2) {
      writer.appendMetrics(row(3));
      writeRecord(run, { ...readRecord(run), status: "completed", process: null });
    }
  };
  const { path, rows } = await exportMetrics(run, { format, out: folder(), follow: true }, { ...quietly, wrote });
  writer.close();
  expect(told).toEqual([1, 2, 3]);
  expect(rows).toBe(3);
  expect(readTracker(path).rows.map(({ step, reward }) => [step, reward])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});
