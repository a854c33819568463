import { expect, test } from "vitest";
import { formatNumber, formatShort, formatSigned, formatSpread, plural } from "./format";

test("numbers have three significant digits and no exponent in the usual range", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [0.4321, "0.432"],
    [-0.4321, "−0.432"],
    [1.2345, "1.23"],
    [38.54, "38.5"],
    [120.4, "120"],
    [2500, "2,500"],
    [0.00031, "3.1e-4"],
    [12345678, "1.2e7"],
  ];
  for (const [value, text] of cases) expect(formatNumber(value)).toBe(text);
});

test("round values are short", () => {
  expect([0.1, 1.1, 1, 0.25, 100.04, 0.00031].map(formatShort)).toEqual(["0.1", "1.1", "1", "0.25", "100", "3.1e-4"]);
});

test("an advantage always carries its sign", () => {
  expect([0.74, -1.21, 0].map(formatSigned)).toEqual(["+0.74", "−1.21", "0"]);
});

test("a spread that is only rounding reads 0", () => {
  expect(formatSpread(1.1, 2.2e-16)).toBe("1.1 ± 0");
  expect(formatSpread(0.5, 0.433)).toBe("0.5 ± 0.433");
  expect(formatSpread(null, null)).toBe("–");
});

test("counts read like prose", () => {
  expect(plural(1, "group")).toBe("1 group");
  expect(plural(1200, "group")).toBe("1,200 groups");
});
