import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "./example-run";
import { appendLog, readLog } from "./live-run";
import { liveFolder } from "./paths";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder("live");
  mkdirSync(liveFolder(folder), { recursive: true });
});

/** What is read of the log until there is nothing new. */
function allOf(): string[] {
  const texts: string[] = [];
  for (let cursor = 0; ;) {
    const part = readLog(folder, cursor);
    texts.push(...part.entries.map(({ text }) => text));
    if (part.cursor === cursor) return texts;
    cursor = part.cursor;
  }
}

test("a log is read a part at a time, each entry once and in order", () => {
  const texts = Array.from({ length: 40 }, (_, at) => `${at} ${"x".repeat(20_000)}`);
  for (const text of texts) appendLog(folder, "info", text);
  expect(readLog(folder, 0).entries.length).toBeLessThan(texts.length);
  expect(allOf()).toEqual(texts);
});

test("an entry that is longer than a part is read whole, and so is what comes after it", () => {
  // What a terminal is sent to colour text takes six bytes a character in JSON.
  const long = "\u001b".repeat(64 << 10);
  appendLog(folder, "info", "before");
  appendLog(folder, "warn", long);
  appendLog(folder, "info", "after");
  expect(allOf()).toEqual(["before", long, "after"]);
});

test("a line of another program, however long, is told as one that cannot be read, and ends nothing", () => {
  appendFileSync(join(liveFolder(folder), "log.jsonl"), `${"x".repeat(1 << 20)}\n`);
  appendLog(folder, "info", "after");
  expect(allOf()).toEqual(["A line of the run's log (live/log.jsonl) cannot be read.", "after"]);
});

test("a line without its end is left for the next time", () => {
  appendLog(folder, "info", "whole");
  const { cursor } = readLog(folder, 0);
  appendFileSync(join(liveFolder(folder), "log.jsonl"), `{"time":"","level":"info","text":"torn`);
  expect(readLog(folder, cursor)).toEqual({ entries: [], cursor });
  appendFileSync(join(liveFolder(folder), "log.jsonl"), `"}\n`);
  expect(readLog(folder, cursor).entries.map(({ text }) => text)).toEqual(["torn"]);
});
