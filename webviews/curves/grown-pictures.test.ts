import { expect, test } from "vitest";
import { goOnFrom, type Picture } from "./picture";

const drawn = (...values: (number | null)[]) => ({ values, line: null, left: false });
const picture = (width: number, ...columns: Picture["columns"]) => ({ x: [1, 2, 3, 4], width, columns });

test("a picture of one run goes on from its last place, whatever stands there", () => {
  expect(goOnFrom(picture(0, new Map([["eval", drawn(1, null, null, null)]])))).toBe(4);
  expect(goOnFrom({ x: [], width: 0, columns: [] })).toBeNull();
});

test("a picture of several goes on from where the shortest of them ends, which may still grow there", () => {
  const long = new Map([["reward", drawn(1, 2, 3, 4)]]);
  const short = new Map([["reward", drawn(1, 2, null, null)]]);
  expect(goOnFrom(picture(0, long, short))).toBe(2);
  expect(goOnFrom(picture(0, short, long))).toBe(2);
  expect(goOnFrom(picture(4, long, short))).toBe(0);
  // A mean of a rare metric has numbers between two of them as soon as the second is there.
  expect(
    goOnFrom(
      picture(
        0,
        long,
        new Map([
          ["reward", drawn(1, 2, 3, 4)],
          ["eval", drawn(1, null, null, null)],
        ]),
      ),
    ),
  ).toBe(1);
});

test("a picture of several of which one has nothing yet is made anew: it may begin anywhere", () => {
  const long = new Map([["reward", drawn(1, 2, 3, 4)]]);
  expect(goOnFrom(picture(0, long, new Map()))).toBeNull();
  expect(goOnFrom(picture(0, long, new Map([["reward", drawn(null, null, null, null)]])))).toBeNull();
});
