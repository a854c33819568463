import { expect, test } from "vitest";
import { runCases } from "./case-file";
import { compare } from "./compare";
import { casesText, mismatchText, summaryLine, unsupportedText } from "./report";

const tolerance = { relative: 1e-5, absolute: 1e-8 };

test.each([
  ["a number within the tolerance", 1, 1.000009, true],
  ["a number outside it", 1, 1.00002, false],
  ["a number where nothing is expected", null, 0, false],
  ["NaN where nothing is expected", null, NaN, true],
  ["NaN where a number is expected", 0, NaN, false],
  ["an infinity", 1, Infinity, false],
  ["a list", [1, [2, 3]], [1, [2, 3]], true],
  ["a list with one other number", [1, [2, 3]], [1, [2, 4]], false],
  ["a list that is too short", [1, 2], [1], false],
  ["a list that is too long", [1], [1, 2], false],
  ["a number for a list", [1], 1, false],
  ["a list for a number", 1, [1], false],
])("%s", (_, expected, actual, agrees) => {
  expect(compare({ value: expected }, { value: actual }, tolerance)).toHaveLength(agrees ? 0 : 1);
});

test("a field without an expectation is a mismatch", () => {
  expect(compare({}, { kl: 1 }, tolerance)).toEqual([{ field: "kl", expected: null, actual: 1 }]);
});

test("every case is passed, failed or named as not supported; one that throws has failed", async () => {
  const cases = ["good", "bad", "throws", "later", "later-too"].map((id) => ({ id }));
  const result = await runCases(
    cases,
    ({ id }) => (id.startsWith("later") ? "setting=1" : null),
    ({ id }) => {
      if (id === "throws") throw new Error("no gradient");
      return id === "bad" ? [{ field: "loss", expected: 1, actual: [NaN] }] : [];
    },
  );
  expect(result).toMatchObject({ passed: 1, failed: [{ id: "bad" }, { id: "throws" }] });
  expect(casesText(result)).toBe("1/3 (2 not yet supported: setting=1 ×2)");
  expect(unsupportedText(result)).toEqual(["not yet supported, setting=1: later, later-too"]);
  expect(result.failed.flatMap(({ mismatches }) => mismatches).map(mismatchText)).toEqual([
    'loss: expected 1, actual ["NaN"]',
    '(error): expected "a result", actual "no gradient"',
  ]);
});

test("a wrong outcome that is meant is neither passed nor failed, and named with its reason", async () => {
  const result = await runCases(
    [{ id: "meant" }, { id: "bad" }, { id: "good" }],
    () => null,
    ({ id }) => (id === "good" ? [] : [{ field: "loss", expected: 1, actual: 2 }]),
    ({ id }) => (id === "bad" ? null : "two is better"),
  );
  expect(result).toMatchObject({ passed: 1, failed: [{ id: "bad" }] });
  expect(casesText(result)).toBe("1/2 (1 different on purpose)");
  expect(unsupportedText(result)).toEqual(["different on purpose, as two is better: meant"]);
});

test("the last line is what npm test counts", () => {
  expect(summaryLine({ passed: 3, failed: 0, unsupported: 2, different: 1 })).toBe(
    "conformance: 3 passed, 0 failed, 2 not yet supported, 1 different on purpose",
  );
});
