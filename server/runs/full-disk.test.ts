/** Runs on a disk without space: what was recorded stays whole, and people are told what to do. */
import type * as Fs from "node:fs";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { appendLabel } from "../labels/append-label";
import { exampleRun, temporaryFolder } from "./example-run";
import { sendCommand } from "./live-run";
import { checkpointsFolder, liveFolder, metricsPath, runsFolder } from "./paths";
import { readRecord } from "./record";
import { openRunWriter } from "./writer";

/** Bytes that are free; null: as many as there are. A file that is deleted frees none, but for the one that is kept for the end. */
const disk = vi.hoisted(() => ({ free: null as number | null }));
afterEach(() => {
  disk.free = null;
});
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof Fs>();
  const full = (): Error => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  return {
    ...fs,
    writeFileSync: (file: number | string, data: string | Uint8Array, options?: Fs.WriteFileOptions) => {
      if (disk.free !== null) {
        if (disk.free < data.length) throw full();
        disk.free -= data.length;
      }
      fs.writeFileSync(file, data, options);
    },
    writeSync: (
      file: number,
      data: Uint8Array,
      offset = 0,
      length = data.length - offset,
      at: number | null = null,
    ) => {
      if (disk.free === null) return fs.writeSync(file, data, offset, length, at);
      if (disk.free === 0) throw full();
      const part = Math.min(length, disk.free);
      disk.free -= part;
      return fs.writeSync(file, data, offset, part, at);
    },
    rmSync: (path: string, options?: Fs.RmOptions) => {
      if (disk.free !== null && path.endsWith("reserve") && fs.existsSync(path)) disk.free += fs.statSync(path).size;
      fs.rmSync(path, options);
    },
  };
});

test.each([0, 10])(
  "at the start nothing of the run is left, and the message says where and what to do (%i bytes)",
  (free) => {
    const workspace = temporaryFolder("full");
    disk.free = free;
    expect(() => exampleRun(workspace)).toThrow(
      `Runs cannot be recorded in ${runsFolder(workspace)}: no space is left on the disk. Free some space, or record them elsewhere:`,
    );
    expect(readdirSync(runsFolder(workspace))).toEqual([]);
    const ignore = join(workspace, ".reasoning-lab", ".gitignore");
    expect(existsSync(ignore) ? readFileSync(ignore, "utf8") : "*\n").toBe("*\n");
  },
);

test("a fork whose checkpoint does not fit leaves nothing, and lets its claim go", () => {
  const workspace = temporaryFolder("full");
  const release = vi.fn();
  const full = Object.assign(new Error("ENOSPC: no space left on device, copyfile"), { code: "ENOSPC" });
  const fill = (): void => {
    throw full;
  };
  expect(() => exampleRun(workspace, { fill, claim: () => ({ token: "t", release }) })).toThrow("no space is left");
  expect(readdirSync(runsFolder(workspace))).toEqual([]);
  expect(release).toHaveBeenCalled();
  // What is none of the system's errors is said as it is.
  const wrong = new Error("That is no checkpoint.");
  const fails = (): void => {
    throw wrong;
  };
  expect(() => exampleRun(workspace, { fill: fails })).toThrow(wrong);
});

test("metrics and checkpoints that do not fit leave what was there whole, and go on once there is space", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  const row = (step: number) => ({ stage: "reasoning-rl", step, time: step, reward: 0.25 });
  writer.appendMetrics(row(1));
  writer.saveCheckpoint("rl", 1, { "a.txt": "one" });
  const before = readFileSync(metricsPath(folder), "utf8");
  disk.free = 20;
  expect(() => writer.appendMetrics(row(2))).toThrow(
    `No space is left to write ${metricsPath(folder)}. Free some disk space`,
  );
  expect(readFileSync(metricsPath(folder), "utf8")).toBe(before);
  disk.free = 4;
  expect(() => writer.saveCheckpoint("rl", 2, { "a.txt": "two", "b.txt": "three" })).toThrow("No space is left");
  expect(readdirSync(checkpointsFolder(folder))).toEqual(["rl-1"]);
  disk.free = null;
  writer.appendMetrics(row(2));
  writer.saveCheckpoint("rl", 2, { "a.txt": "two" });
  expect(readFileSync(metricsPath(folder), "utf8").split("\n")).toHaveLength(3);
  expect(readdirSync(checkpointsFolder(folder)).sort()).toEqual(["rl-1", "rl-2"]);
  writer.close();
});

test("why a run ended is recorded in the space that was kept for it, and no sooner", () => {
  const folder = exampleRun();
  const writer = openRunWriter(folder);
  const failed = { status: "failed", message: "No space is left." } as const;
  disk.free = 0;
  expect(() => writer.update((record) => ({ ...record, ...failed }))).toThrow("No space is left to write");
  expect(readRecord(folder).status).toBe("running");
  writer.end((record) => ({ ...record, ...failed }));
  expect(readRecord(folder)).toMatchObject(failed);
  disk.free = 0;
  expect(() => writer.end((record) => ({ ...record, status: "paused" }))).toThrow("No space is left to write");
  expect(readRecord(folder).status).toBe("failed");
  writer.close();
  expect(readdirSync(liveFolder(folder))).toEqual([]);
});

test("what is asked of a run is asked whole or not at all", () => {
  const folder = exampleRun();
  disk.free = 3;
  expect(() => sendCommand(folder, "t", { type: "stop" })).toThrow(
    /The run cannot be asked .*: no space is left on the disk\./,
  );
  expect(readdirSync(join(liveFolder(folder), "commands"))).toEqual([]);
});

test("a label that does not fit leaves the file as it was", () => {
  const file = join(mkdtempSync(join(tmpdir(), "reasoning-lab-label-")), "labels.jsonl");
  const undo = (id: string) => ({ undo: id, at: "2026-01-01T00:00:00.000Z" });
  appendLabel(file, undo("one"));
  const before = readFileSync(file, "utf8");
  disk.free = 7;
  expect(() => appendLabel(file, undo("two"))).toThrow(
    `The label was not written to ${file}: no space is left on the disk.`,
  );
  expect(readFileSync(file, "utf8")).toBe(before);
});
