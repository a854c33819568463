import { expect, test } from "vitest";
import type { Params, Result } from "../../server/protocol/methods";
import { lastPicture } from "./last-picture";

const picture: Params<"drawCurves"> = {
  sources: [{ folder: "/a", stages: ["rl"] }],
  axis: "step",
  smoothing: 0,
  positive: false,
  window: null,
  pixels: 512,
  known: null,
  series: [{ key: "loss", edge: null, smooth: true }],
};
const overviewOf = (keys: readonly string[]): Result<"readCurves"> => ({
  version: "1",
  read: 1,
  of: 1,
  stages: ["sft"],
  shown: ["sft"],
  rows: 3,
  metrics: keys.map((key) => ({ key, first: 1, newest: 1, step: 3 })),
  damaged: { count: 0, first: 0 },
  leftOut: 0,
});

test("the next run is drawn as the last one was, where it has the same metrics", () => {
  const { heard, next } = lastPicture();
  expect(next("/b", overviewOf(["loss"]))).toBeNull();
  heard("drawCurves", picture);
  expect(next("/b", overviewOf(["loss", "kl"]))).toEqual({ ...picture, sources: [{ folder: "/b", stages: ["sft"] }] });
  expect(next("/b", overviewOf(["kl"]))).toBeNull();
});

test("a zoom, what has grown, and several runs are no first pictures", () => {
  const { heard, next } = lastPicture();
  heard("drawCurves", { ...picture, window: [1, 2] });
  heard("drawCurves", { ...picture, known: { version: "1", width: 1, from: 2 } });
  heard("drawCurves", { ...picture, sources: [...picture.sources, ...picture.sources] });
  heard("readCurves", { folder: "/a", stage: null });
  expect(next("/b", overviewOf(["loss"]))).toBeNull();
});
