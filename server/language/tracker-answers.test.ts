import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usualThresholds } from "../health/thresholds";
import { trackerAnswers } from "./tracker-answers";
import { trackerMethods } from "./tracker-methods";

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "reasoning-lab-trackers-")), "run.jsonl");
  writeFileSync(path, text);
  return path;
};
const row = (step: number, more: object = {}): string => `${JSON.stringify({ step, learning_rate: 0, ...more })}\n`;
const rows = (count: number, more: object = {}): string =>
  Array.from({ length: count }, (_, index) => row(index + 1, more)).join("");

test("a file comes in parts, is not sent again while nothing changed, and as a whole when it did", () => {
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 1]));
  const folder = file(rows(2500, wide));
  const answer = trackerAnswers();
  const ask = (version: string | null, from: number) => answer({ folder, version, from, thresholds: usualThresholds });
  const first = ask(null, 0);
  expect(first).toMatchObject({ tool: "table", more: true });
  const steps = [...(first?.rows ?? [])].map(({ step }) => step);
  for (let part = first; part?.more === true;) {
    part = ask(part.version, steps.length);
    steps.push(...(part?.rows ?? []).map(({ step }) => step));
  }
  expect(steps).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
  expect(ask(first?.version ?? null, 2500)).toBeNull();
  appendFileSync(folder, row(2501));
  const again = ask(first?.version ?? null, 2500);
  expect(again?.version).not.toBe(first?.version);
  expect(again?.rows[0]?.step).toBe(1);
});

test("its health is told by the thresholds of the asker", () => {
  const folder = file(rows(10));
  const answer = trackerAnswers();
  const ids = (window: number) =>
    answer({ folder, version: null, from: 0, thresholds: { ...usualThresholds, window } })?.health.map(({ id }) => id);
  expect(ids(20)).toEqual([]);
  expect(ids(10)).toEqual(["dead-learning"]);
});

test("a page reads what a person opened or what lies in the workspace, and nothing else", async () => {
  const answer = trackerAnswers();
  const [inside, outside] = [file(rows(1)), file(rows(1))];
  const methods = trackerMethods({
    trusted: () => false,
    folders: () => [join(inside, "..")],
    thresholds: () => usualThresholds,
    scans: {
      ask: (_question, params) => Promise.resolve(answer(params as never) as never),
      close: () => undefined,
    },
  });
  const { signal } = new AbortController();
  const read = async (path: string) => methods.readTracker({ file: path, version: null, from: 0 }, signal);
  expect(await read(inside)).toMatchObject({ tool: "table" });
  await expect(read(outside)).rejects.toThrow("Open run.jsonl again with Open Metrics of Another Tool…");
  expect(await methods.openTracker({ file: outside }, signal)).toEqual({ tool: "table" });
  expect(await read(outside)).toMatchObject({ tool: "table" });
  await expect(Promise.resolve(methods.openTracker({ file: file('{"step":1,"a":"b"}\n') }, signal))).rejects.toThrow(
    "has no numbers. Not read, for they are no numbers: 1 value of the kind text (a).",
  );
});
