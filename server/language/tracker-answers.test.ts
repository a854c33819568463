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

const picture = {
  axis: "step",
  series: [{ key: "learning_rate", edge: null, smooth: true }],
  smoothing: 0,
  positive: false,
  window: null,
  pixels: 100,
  known: null,
} as const;

test("a file comes as a picture, which is another when the file is", () => {
  const folder = file(rows(2500));
  const answer = trackerAnswers();
  const { tool, overview } = answer.tracker({ folder, stage: null, thresholds: usualThresholds, texts: {} });
  expect(tool).toBe("table");
  expect(overview).toMatchObject({ rows: 2500, metrics: [{ key: "learning_rate", first: 0, newest: 0, step: 2500 }] });
  const asked = { folder, stages: overview.shown, ...picture, series: [...picture.series] };
  const first = answer.trackerPicture(asked);
  expect(first.places).toBeLessThan(600);
  expect(answer.trackerPicture(asked)).toEqual(first);
  appendFileSync(folder, row(2501));
  const again = answer.trackerPicture(asked);
  expect(again.version).not.toBe(first.version);
  expect(again.range).toEqual([1, 2501]);
  const at = { stage: overview.shown[0]!, step: 2501 };
  expect(
    answer.trackerRow({ folder, stages: overview.shown, axis: "step", at, keys: ["learning_rate", "none"] }),
  ).toMatchObject({ step: 2501, values: [0, null] });
});

test("its health is told by the thresholds of the asker", () => {
  const folder = file(rows(10));
  const answer = trackerAnswers();
  const ids = (window: number) =>
    answer
      .tracker({ folder, stage: null, thresholds: { ...usualThresholds, window }, texts: {} })
      .health.map(({ id }) => id);
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
      ask: (_question, params) => Promise.resolve(answer.tracker(params as never) as never),
      close: () => undefined,
    },
  });
  const { signal } = new AbortController();
  const read = async (path: string) => methods.readTracker({ file: path, stage: null }, signal);
  expect(await read(inside)).toMatchObject({ tool: "table" });
  await expect(read(outside)).rejects.toThrow("Open run.jsonl again with Open Metrics of Another Tool…");
  expect(await methods.openTracker({ file: outside }, signal)).toEqual({ tool: "table", runs: ["run"] });
  expect(await read(outside)).toMatchObject({ tool: "table" });
  await expect(Promise.resolve(methods.openTracker({ file: file('{"step":1,"a":"b"}\n') }, signal))).rejects.toThrow(
    "has no numbers. Not read, for they are no numbers: 1 value of the kind text (a).",
  );
});
