/** Lines of cases: what is wrong is said at its place. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { caseLine, expectationOf, meetsExpectation, parseCases } from "./cases";

const right = { reward: "r", prompt: "p", completion: "c", answer: "a", expect: 1 };

/** What a problem points at. */
function pointed(text: string): string[] {
  const lines = text.split("\n");
  return parseCases(text).problems.map(
    ({ line, column, length, message }) => `${lines[line - 1]!.slice(column - 1, column - 1 + length)} | ${message}`,
  );
}

describe("a line that is no case", () => {
  test.each([
    ['{"reward":"r","prompt":"p","completion":"c","answer":"a","expect":"eror"}', '"eror" | "expect" is a number'],
    ['{"reward":"r","prompt":"p","completion":"c","answer":4,"expect":1}', '4 | "answer" must be of type string.'],
    [
      '{"reward":"r","prompt":"p","completion":"c","answer":"a","expct":1}',
      '"expct" | Unknown key "expct". Did you mean "expect"?',
    ],
    ['{"reward":"r","prompt":"p","completion":"c","answer":"a"}', '{ | "expect" is missing.'],
    ['{"reward":"","prompt":"p","completion":"c","answer":"a","expect":1}', '"" | "reward" must not be empty.'],
    ['{"reward":"r","prompt":"p","completion":"c","answer":"a","expect":[1,0]}', "the first number is the smaller one"],
    ['{"reward":"r","prompt":"p","completion":"c","answer":"a","expect":[1]}', '"expect" is a number, [min, max]'],
    ['{"reward":"r" "prompt":"p"}', '"prompt" | A comma is missing here.'],
    ['{"reward":"r",}', "A key in double quotes"],
    ['// {"reward":"r"}', "Cases have no comments"],
    ["[1]", "[ | A case is an object: { … }."],
    ["[".repeat(200), "[ | This line is nested deeper than 100 levels."],
    ['{"reward":"r"} {"reward":"r"}', "each line is one case"],
  ])("%s", (line, says) => {
    expect(pointed(`\n${line}\n${JSON.stringify(right)}`).join("\n")).toContain(says);
    expect(parseCases(`\n${line}\n${JSON.stringify(right)}`).cases.map((one) => one.line)).toEqual([3]);
  });

  test("takes nothing of an object's own from a key", () => {
    const [problem] = parseCases(
      '{"__proto__":{"reward":"r"},"prompt":"p","completion":"c","answer":"a","expect":1}',
    ).problems;
    expect(problem?.message).toMatch(/reward|__proto__/);
  });
});

test("whatever a case says, its line is read as the same case", () => {
  fc.assert(
    fc.property(
      fc.record({
        reward: fc.string({ minLength: 1 }),
        prompt: fc.string({ unit: "binary" }),
        completion: fc.string({ unit: "binary" }),
        answer: fc.string(),
        row: fc.dictionary(
          fc.string().filter((name) => name !== "__proto__"),
          fc.jsonValue(),
        ),
        expect: fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
          fc.constant(null),
          fc.constant("error" as const),
          fc.constant([0, 0.5] as [number, number]),
        ),
      }),
      (one) => {
        const line = caseLine(one);
        expect(line).not.toContain("\n");
        const { cases, problems } = parseCases(`${line}\r\n`);
        expect(problems).toEqual([]);
        expect(JSON.parse(JSON.stringify(cases))).toEqual(JSON.parse(JSON.stringify([{ ...one, line: 1 }])));
      },
    ),
  );
});

test("any text is cases and problems, at places that it has", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.json())), (parts) => {
      const text = parts.join("\n");
      const lines = text.split("\n");
      for (const { line, column } of parseCases(text).problems)
        expect(column).toBeLessThanOrEqual(Math.max(1, lines[line - 1]!.length));
    }),
  );
});

test("an outcome meets what is expected of it", () => {
  const outcomes = [
    { kind: "score", score: 0.25, extras: {} },
    { kind: "not-applicable" },
    { kind: "error", message: "m", file: null, line: null, column: null },
  ] as const;
  for (const one of outcomes)
    for (const other of outcomes) expect(meetsExpectation(one, expectationOf(other))).toBe(one === other);
});
