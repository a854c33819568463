import { expect, test } from "vitest";
import { nearestLine } from "./nearest-line";

const at = (columns: readonly (readonly (number | null)[])[], place: number, top: number) =>
  nearestLine([0, 1, 2, 4], columns, place, top, (value) => value);

test("the line that passes nearest is meant, also between its numbers; one that is hidden, has not begun or has ended is not", () => {
  const [flat, rising] = [
    [10, 10, 10, 10],
    [0, null, null, 40],
  ];
  expect(at([flat, rising], 1, 0)).toBe(0);
  expect(at([flat, rising], 2, 18)).toBe(1);
  expect(at([[], rising], 2, 0)).toBe(1);
  expect(at([flat, [90, 90, null, null]], 3, 90)).toBe(0);
  expect(at([[null, null, null, 5]], 1, 5)).toBeNull();
});
