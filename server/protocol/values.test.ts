import { expect, test } from "vitest";
import { readValue } from "./values";

const one = { int: "0x1" };

test.each<unknown>([
  null,
  true,
  "text",
  one,
  { int: "-0xff" },
  { float: "1e+21" },
  { float: "-inf" },
  { complex: ["0.0", "-2.5"] },
  { list: [one, { tuple: [{ set: [one] }] }] },
  { dict: [["a", { deque: [] }]] },
  { frozenset: [{ tuple: ["a", null] }] },
  { range: [one, one, { int: "-0x1" }] },
  { fraction: [{ int: "-0x1" }, one] },
  { bytes: "00ff" },
  { decimal: "-1.5E-3" },
  { decimal: "sNaN1" },
  { builtin: "int" },
  { object: "Stack", number: 3 },
  { undefined: true },
])("%j is a value, and what is read is made anew", (data) => {
  expect(readValue(data)).toEqual(data);
  if (typeof data === "object" && data !== null) expect(readValue(data)).not.toBe(data);
});

test.each<unknown>([
  undefined,
  1,
  [],
  [one],
  {},
  { int: "1" },
  { int: "0x" },
  { int: "0xg" },
  { int: 1 },
  { int: "0x1", float: "1" },
  { int: "0x1", value: true },
  { value: true },
  { float: "1; print()" },
  { float: "0x1" },
  { float: "1_0" },
  { complex: ["1"] },
  { complex: ["1", "2", "3"] },
  { complex: ["1", "j"] },
  { range: [one, one] },
  { range: [one, one, { int: "0x0" }] },
  { range: ["1", "2", "3"] },
  { fraction: [one, { int: "0x00" }] },
  { fraction: [one, { int: "-0x1" }] },
  { fraction: [one, { float: "1" }] },
  { bytes: "0" },
  { bytearray: "zz" },
  { decimal: "1e5" },
  { decimal: "1E5; x" },
  { builtin: "eval" },
  { builtin: "exec" },
  { builtin: "Ellipsis" },
  { builtin: "__import__" },
  { builtin: "open" },
  { builtin: "type" },
  { own: 0 },
  { named: "f" },
  { object: "T" },
  { object: "T", number: "0" },
  { object: "T", number: 0.5 },
  { object: "x".repeat(2000), number: 0 },
  { list: "text" },
  { list: { length: 3 } },
  { set: [{ list: [] }] },
  { set: [{ tuple: [{ dict: [] }] }] },
  { frozenset: [{ set: [] }] },
  { dict: [[{ list: [] }, one]] },
  { dict: [["a"]] },
  { dict: [["a", one, one]] },
  { dict: ["ab"] },
  { undefined: false },
])("%j is none", (data) => {
  expect(readValue(data)).toBeUndefined();
});

/** Lists within each other, without a call for each. */
function within(levels: number): unknown {
  let value: unknown = null;
  for (let level = 0; level < levels; level++) value = { list: [value] };
  return value;
}

test("depth and number of parts have a limit, and cost no stack", () => {
  expect(readValue(within(100))).toEqual(within(100));
  expect(readValue(within(200))).toBeUndefined();
  expect(readValue(within(1_000_000))).toBeUndefined();
  expect(readValue({ list: Array.from({ length: 99 }, () => one) }, 100)).toBeDefined();
  expect(readValue({ list: Array.from({ length: 100 }, () => one) }, 100)).toBeUndefined();
  expect(readValue({ dict: Array.from({ length: 60 }, (_, index) => [String(index), one]) }, 100)).toBeUndefined();
});

test("a set of JavaScript may hold arrays", () => {
  expect(readValue({ set: [{ list: [] }] }, 10, false)).toEqual({ set: [{ list: [] }] });
});
