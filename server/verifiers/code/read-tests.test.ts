import { expect, test } from "vitest";
import { readTests } from "./read-tests";

test.each<[unknown, RegExp]>([
  [null, /^tests must be an object with cases, asserts or check; it is null\.$/],
  ["x", /it is a string/],
  [[], /it is an array/],
  [{}, /must have cases/],
  [{ cases: 3 }, /^tests\.cases must be an array of cases; it is a number\.$/],
  [{ cases: [{ input: "", output: "1" }, 5] }, /^tests\.cases\[1\] must be \{ input, output \}; it is a number\.$/],
  [{ cases: [{ input: "", output: null }] }, /^tests\.cases\[0\]\.output must be text, or a number; it is null\.$/],
  [{ cases: [{ input: "", output: ["1"] }] }, /^tests\.cases\[0\]\.output .* it is an array\.$/],
  [{ cases: [{ input: "" }] }, /^tests\.cases\[0\]\.output .* it is missing\.$/],
  [{ cases: [{ output: "1" }] }, /^tests\.cases\[0\]\.input .* it is missing\.$/],
  [{ cases: [{ input: true, output: "1" }] }, /^tests\.cases\[0\]\.input .* it is a boolean\.$/],
  [{ function: 3, cases: [] }, /^tests\.function must be text; it is a number\.$/],
  [{ function: "f" }, /^tests\.cases must be an array of cases; it is missing\.$/],
  [
    { function: "f", cases: [{ arguments: 1, expected: 1 }] },
    /^tests\.cases\[0\]\.arguments must be an array of values; it is a number\.$/,
  ],
  [{ function: "f", cases: [null] }, /^tests\.cases\[0\] must be \{ arguments, expected \}; it is null\.$/],
  [{ asserts: [1] }, /^tests\.asserts.*; it is/],
  [{ asserts: 7 }, /^tests\.asserts must be text, or an array of texts; it is a number\.$/],
  [{ check: "x" }, /^tests\.function must be text; it is missing\.$/],
  [{ asserts: "assert f()", setup: 1 }, /^tests\.setup must be text; it is a number\.$/],
])("%j is no test", (tests, message) => {
  expect(() => readTests(tests)).toThrow(TypeError);
  expect(() => readTests(tests)).toThrow(message);
});

test("a number is its text", () => {
  expect(
    readTests({
      cases: [
        { input: 3, output: 7 },
        { input: "", output: 1.5 },
        { input: 2n ** 70n, output: -0 },
      ],
    }),
  ).toEqual({
    cases: [
      { input: "3", output: "7" },
      { input: "", output: "1.5" },
      { input: "1180591620717411303424", output: "0" },
    ],
  });
});

test("what is right stays as it is", () => {
  for (const tests of [
    { function: "f", cases: [{ arguments: [1, null], expected: { a: [1] } }] },
    { asserts: ["assert f(1) == 2"], setup: "import math" },
    { asserts: "assert f(1) == 2" },
    { check: "def check(candidate): pass", function: "f" },
  ])
    expect(readTests(tests)).toEqual(tests);
});
