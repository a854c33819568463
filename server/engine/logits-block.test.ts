import { expect, test } from "vitest";
import { logitsRows } from "./logits-block";

test.each([
  [60, 17_476],
  [4096, 256],
  [49_152, 256],
  [151_936, 110],
  [262_144, 64],
  [2 ** 25, 1],
])("with a vocabulary of %d, logits of %d rows are held", (vocabulary, rows) => {
  expect(logitsRows(vocabulary)).toBe(rows);
});
