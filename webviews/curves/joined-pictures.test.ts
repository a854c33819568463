import { expect, test } from "vitest";
import { joinedPictures } from "./joined-pictures";
import type { Picture } from "./picture";

const picture = (x: readonly number[], values: readonly number[], more: Partial<Picture> = {}): Picture => ({
  version: "1",
  width: 0,
  range: [x[0]!, x.at(-1)!],
  x,
  steps: x,
  times: x,
  stages: x.map(() => "rl"),
  marks: [],
  moreEdits: 0,
  columns: [new Map([["reward", { values, line: null, left: false }]])],
  unplaced: [],
  ...more,
});

test("lines of runs and of other tools stand on the same places, each number at its own", () => {
  const joined = joinedPictures([
    picture([1, 2, 2, 4], [10, 20, 21, 40]),
    picture([2, 3, 9], [0.2, 0.3, 0.9], { width: 0.5, unplaced: [0] }),
  ]);
  expect(joined.x).toEqual([1, 2, 2, 3, 4, 9]);
  expect(joined.columns.map((column) => column.get("reward")!.values)).toEqual([
    [10, 20, 21, null, 40, null],
    [null, 0.2, null, 0.3, null, 0.9],
  ]);
  expect(joined).toMatchObject({ range: [1, 9], width: 0.5, unplaced: [1] });
});
