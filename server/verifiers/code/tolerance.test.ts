import { expect, test } from "vitest";
import { valueDifference } from "./close-values";
import { printedDifference } from "./printed";
import { pythonLiteral } from "./python-literal";
import { exact, toleranceOf, usualTolerance } from "./tolerance";
import { valueOfJson } from "./values";

const usual = usualTolerance;

test.each([
  ["0.333333", "0.333333333333"],
  ["2.7182818284590455", "2.718281828459045"],
  ["Mean: 0.30000000000000004, n = 3\n", "Mean: 0.3, n = 3"],
  ["[1.0, 0.30000000000000004]", "[1.0, 0.3]"],
  ["1 2.50 -1e-3", "1 2.5 -0.001"],
  ["3", "3.0"],
  ["123456789.1200001", "123456789.12"],
  ["0.000012", "0.0000123"],
  ["1e-16", "0.0"],
])("%j is close to %j", (printed, expected) => {
  expect(printedDifference(printed, expected, usual)).not.toBeNull();
  expect(printedDifference(printed, expected, exact) === 0).toBe(false);
});

test.each([
  ["3.0", "3"],
  ["3.0000001", "3"],
  ["12345678901234567891", "12345678901234567892"],
  ["123456789.99", "123456789.12"],
  ["1234567.10", "1234567.89"],
  ["0", "0.0000001"],
  ["0.33", "0.333333333333"],
  ["3.14", "3.14159"],
  ["-0.5", "0.5"],
  ["0.5 0.5", "0.5"],
  ["0.5", "0.5 0.5"],
  ["0.5\n0.5", "0.5 0.5"],
  ["x0.50001", "x0.5"],
  ["1.2.3", "1.2.30"],
  ["2020.01.020", "2020.01.02"],
  ["inf", "1e308"],
  ["nan", "0.5"],
  ["", "0.0"],
  ["a 0.5", "b 0.5"],
])("%j is not close to %j", (printed, expected) => {
  expect(printedDifference(printed, expected, usual)).toBeNull();
});

const close = (given: string, expected: unknown, tolerance = usual): number | null =>
  valueDifference(pythonLiteral(given), valueOfJson(expected), "json", tolerance);

test.each<[string, unknown]>([
  ["[1.0, 0.30000000000000004]", [1, 0.3]],
  ["[0.9999999999, 0.3]", [1, 0.3]],
  ["(0.1, {'a': [0.30000000000000004, 'x', None]})", [0.1, { a: [0.3, "x", null] }]],
  ["1", 1.0000000001],
])("%s is close to %j", (given, expected) => {
  expect(close(given, expected)).toBeGreaterThan(0);
  expect(close(given, expected, exact)).toBeNull();
});

test.each<[string, unknown]>([
  ["2.9999999999", 3],
  ["[2.9999999999, 5]", [3, 5]],
  ["[2, 0.3]", [1, 0.3]],
  ["10000000000000001", 1e16],
  ["'0.3'", 0.3],
  ["[0.3]", 0.3],
  ["[0.3]", [0.3, 0.3]],
  ["0.31", 0.3],
  ["True", 1.0000001],
  ["{'a': 0.3, 'b': 0.3}", { a: 0.3 }],
  ["{'b': 0.3}", { a: 0.3 }],
  ["0.0", 1e-9],
])("%s is not close to %j", (given, expected) => {
  expect(close(given, expected)).toBeNull();
});

test("a tolerance is what it says", () => {
  expect(close("0.31", 0.3, toleranceOf(0.02))).toBeCloseTo(0.01);
  expect(close("103.5", 101.5, toleranceOf({ relative: 0.02 }))).toBe(2);
  expect(close("0.0", 0.01, toleranceOf({ absolute: 0.02 }))).toBe(0.01);
  expect(printedDifference("0.30000000000000004", "0.3", toleranceOf(0))).toBeNull();
  for (const wrong of [-1, 1, NaN, { absolute: Infinity }]) expect(() => toleranceOf(wrong)).toThrow("A tolerance is");
});
