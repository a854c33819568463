import { expect, test } from "vitest";
import type { Equality, Value } from "../../protocol/sandbox";
import { pythonLiteral } from "./python-literal";
import { equalValues, valueOfJson } from "./values";

const literal = (text: string): Value => pythonLiteral(text);

test.each<readonly [a: string, b: string, equal: boolean]>([
  ["1", "1.0", true],
  ["True", "1", true],
  ["1", "2", false],
  ["0.1", "0.1", true],
  ["0.30000000000000004", "0.3", false],
  ["9007199254740993", "9007199254740992.0", false],
  ["-0.0", "0", true],
  ["1e999", "1e999", true],
  ["1e999", "-1e999", false],
  ["'1'", "1", false],
  ["b'a'", "'a'", false],
  ["[1, 2]", "(1, 2)", false],
  ["[1, 2]", "[1, 2]", true],
  ["[1, 2]", "[2, 1]", false],
  ["[[1], [2]]", "[[1, 2]]", false],
  ["['a,b']", "['a', 'b']", false],
  ["{1, 2}", "{2, 1}", true],
  ["{1, 2}", "{1, 2, 3}", false],
  ["{1: 'a', 2: 'b'}", "{2: 'b', 1: 'a'}", true],
  ["{1: 'a'}", "{1: 'b'}", false],
  ["None", "False", false],
  ["''", "None", false],
  ["2j", "2", false],
  ["0j", "0", true],
])("Python: %s == %s is %s", (a, b, equal) => {
  expect(equalValues(literal(a), literal(b), "python")).toBe(equal);
});

test.each<readonly [a: Value, b: Value, equality: Equality, equal: boolean]>([
  [{ float: "nan" }, { float: "nan" }, "python", false],
  [{ float: "nan" }, { float: "nan" }, "javascript", true],
  [{ list: [{ float: "nan" }] }, { list: [{ float: "nan" }] }, "python", false],
  [{ tuple: [{ int: "0x1" }] }, { list: [{ int: "0x1" }] }, "json", true],
  [{ set: [{ int: "0x1" }] }, { list: [{ int: "0x1" }] }, "json", false],
  [true, { float: "1" }, "javascript", false],
  [{ int: "0x1" }, { float: "1" }, "javascript", false],
  [{ undefined: true }, null, "javascript", false],
  [{ set: ["a", "a"] }, { set: ["a"] }, "python", true],
  [{ frozenset: ["a"] }, { set: ["a"] }, "python", true],
  [{ deque: ["a"] }, { list: ["a"] }, "python", false],
  [{ fraction: [{ int: "0x1" }, { int: "0x2" }] }, { float: "0.5" }, "python", true],
  [{ fraction: [{ int: "0x2" }, { int: "0x4" }] }, { float: "0.5" }, "python", false],
  [{ fraction: [{ int: "0x1" }, { int: "-0x2" }] }, { fraction: [{ int: "0x1" }, { int: "-0x2" }] }, "python", false],
  [{ fraction: [{ int: "0x1" }, { int: "0x0" }] }, { fraction: [{ int: "0x1" }, { int: "0x0" }] }, "python", false],
  [{ decimal: "0.10" }, { decimal: "0.1" }, "python", true],
  [{ decimal: "1E+3" }, { int: "0x3e8" }, "python", true],
  [{ decimal: "100" }, { int: "0x64" }, "python", true],
  [{ decimal: "0E+9" }, { decimal: "-0.000" }, "python", true],
  [{ decimal: "0E+999999" }, { int: "0x0" }, "python", true],
  [{ decimal: "12.50" }, { float: "12.5" }, "python", true],
  [{ decimal: "-0.125" }, { float: "-0.125" }, "python", true],
  [{ decimal: "0.1" }, { float: "0.1" }, "python", false],
  [{ decimal: "1E+999999999" }, { decimal: "10E+999999998" }, "python", true],
  [{ decimal: "Infinity" }, { float: "inf" }, "python", true],
  [{ decimal: "-Infinity" }, { float: "inf" }, "python", false],
  [{ decimal: "NaN" }, { decimal: "NaN" }, "python", false],
  [{ decimal: "1E+999999999" }, { decimal: "1E+999999998" }, "python", false],
  [{ object: "T", number: 0 }, { object: "T", number: 0 }, "python", false],
  [{ list: [{ object: "T", number: 0 }] }, { list: [{ object: "T", number: 0 }] }, "python", false],
  [{ float: "5e-324" }, { int: "0x0" }, "python", false],
  [{ float: "5e-324" }, { float: "4.9406564584124654e-324" }, "python", true],
  [{ float: "5e-324" }, { float: "-5e-324" }, "python", false],
  [{ float: "-2.5" }, { fraction: [{ int: "-0x5" }, { int: "0x2" }] }, "python", true],
  [{ float: "0.1" }, { fraction: [{ int: "0xccccccccccccd" }, { int: "0x80000000000000" }] }, "python", true],
  [{ float: "0.1" }, { fraction: [{ int: "0x1" }, { int: "0xa" }] }, "python", false],
  [{ float: "2.2250738585072014e-308" }, { decimal: "2.2250738585072014E-308" }, "python", false],
  [{ float: "1.5" }, { decimal: "1.50" }, "python", true],
])("%j and %j in %s: %s", (a, b, equality, equal) => {
  expect(equalValues(a, b, equality)).toBe(equal);
  expect(equalValues(b, a, equality)).toBe(equal);
});

test("what is no JSON is no expected value", () => {
  expect(valueOfJson({ a: [1, 2.5, -3, null, "x", true] })).toEqual({
    dict: [["a", { list: [{ int: "0x1" }, { float: "2.5" }, { int: "-0x3" }, null, "x", true] }]],
  });
  expect(() => valueOfJson(undefined)).toThrow("undefined");
  expect(() => valueOfJson([() => 1])).toThrow("function");
});

test("numbers that nobody could compare in time are equal to nothing", () => {
  const huge = { int: `0x${"f".repeat(500_000)}` };
  const fraction = { fraction: [huge, { int: `0x${"e".repeat(499_999)}1` }] };
  expect(equalValues(fraction, { float: "0.5" }, "python")).toBe(false);
  const decimals = Array.from({ length: 30_000 }, (_, index) => ({ decimal: `${index + 1}E+9999` }));
  expect(equalValues({ list: decimals }, { list: decimals }, "python")).toBe(false);
  expect(equalValues({ set: decimals }, { list: [] }, "python")).toBe(false);
  const few = decimals.slice(0, 100);
  expect(equalValues({ list: few }, { list: few }, "python")).toBe(true);
});

const within = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

test("tests that are nested too deep say so", () => {
  expect(valueOfJson(within(100))).toHaveProperty("list");
  expect(() => valueOfJson(within(900))).toThrow("nested deeper than 100 levels");
});
