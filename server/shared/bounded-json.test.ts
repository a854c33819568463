import { expect, test } from "vitest";
import { beyondBounds, parseBoundedJson } from "./bounded-json";

const bounds = { depth: 5, values: 20 };

test("depth counts arrays and objects within each other, brackets in texts do not", () => {
  expect(beyondBounds("[[[[[]]]]]", bounds)).toBe(null);
  expect(beyondBounds("[[[[[[]]]]]]", bounds)).toBe("is nested deeper than 5 levels");
  expect(beyondBounds('{"a":{"a":{"a":{"a":{"a":{}}}}}}', bounds)).toBe("is nested deeper than 5 levels");
  expect(beyondBounds('["[[[[[[[[", "\\"[[[[[[[", "\\\\"]', bounds)).toBe(null);
  expect(beyondBounds('["\\\\", [[[[[[', bounds)).toBe("is nested deeper than 5 levels");
});

test("values are counted before any is made", () => {
  expect(parseBoundedJson(`[${"1,".repeat(17)}1]`, bounds)).toHaveLength(18);
  expect(() => parseBoundedJson(`[${"1,".repeat(30)}1]`, bounds)).toThrow("it has more than 20 values");
});

test("what would overflow a stack is an error in words", () => {
  expect(() => parseBoundedJson("[".repeat(5_000_000))).toThrow("it is nested deeper than 100 levels");
  expect(() => parseBoundedJson('{"a":'.repeat(100_000))).toThrow("nested deeper");
});

test("what is no JSON is the parser's error", () => {
  expect(() => parseBoundedJson('["open')).toThrow(SyntaxError);
  expect(() => parseBoundedJson("]]")).toThrow(SyntaxError);
});
