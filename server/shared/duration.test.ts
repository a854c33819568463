import { expect, test } from "vitest";
import { durationText } from "./duration";

test("durations are short, and round to what they are said in", () => {
  const said = (...seconds: number[]): string[] => seconds.map(durationText);
  expect(said(-1, 0, 4, 59.4, 59.6)).toEqual(["0 s", "0 s", "4 s", "59 s", "1 min"]);
  expect(said(60, 125, 599, 600, 629, 630)).toEqual(["1 min", "2 min 5 s", "9 min 59 s", "10 min", "10 min", "11 min"]);
  expect(said(3569, 3570, 3600, 3900, 90_000)).toEqual(["59 min", "1 h", "1 h", "1 h 5 min", "25 h"]);
});
