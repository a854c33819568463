import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { behaviours, defaultWordLists, detectBehaviours } from "./detect";
import { detectErrors } from "./error-detection";
import { findWords } from "./find-words";

const fixture = readFileSync(join(__dirname, "fixture.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) =>
    z.object({ text: z.string(), expect: z.partialRecord(z.enum(behaviours), z.int()) }).parse(JSON.parse(line)),
  );

test("the fixture is large enough to mean something", () => {
  expect(fixture.length).toBeGreaterThanOrEqual(60);
  for (const behaviour of behaviours)
    expect(fixture.filter(({ expect: wanted }) => wanted[behaviour]).length).toBeGreaterThan(4);
});

test.each(fixture)("$text", ({ text, expect: wanted }) => {
  const found = detectBehaviours(text);
  const counts = Object.fromEntries(
    behaviours.flatMap((behaviour) => (found[behaviour].length > 0 ? [[behaviour, found[behaviour].length]] : [])),
  );
  expect(counts).toEqual(wanted);
  for (const behaviour of behaviours)
    for (const { start, end, text: piece } of found[behaviour]) expect(text.slice(start, end)).toBe(piece);
});

test("word lists are the reader's to edit", () => {
  expect(findWords("Hmm, hmm. (a+b)", ["hmm", "(a+b)", " "]).map(({ start }) => start)).toEqual([0, 5, 10]);
  const lists = { ...defaultWordLists, reflection: ["moment mal"] };
  expect(detectBehaviours("Wait. Moment  mal!", lists).reflection).toEqual([
    { start: 6, end: 17, text: "Moment  mal" },
  ]);
  expect(findWords("wait", [])).toEqual([]);
});

test("any text is read, in time that grows with its length", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void detectBehaviours(text)));
  // Each of these would take minutes by a pattern that tries every way to split it.
  for (const piece of ["1+", "(", "-", "1", "a=", "answer is ", "1 ", "=1", "x = 1? "]) {
    const found = detectBehaviours(piece.repeat(20_000));
    expect(found["self-correction"].length).toBe(0);
  }
});

test("errors are detected when doubt falls on wrong steps more than on correct ones", () => {
  const thinking = "a=1?b=2;c=3 ?d=4";
  const steps = [...thinking.matchAll(/[a-d]=\d/g)].map((match) => ({ start: match.index, end: match.index + 3 }));
  const labelled = (wrong: string) =>
    steps.map((step) => ({ ...step, correct: !wrong.includes(thinking[step.start]!) }));
  expect(detectErrors([{ thinking, steps: labelled("ac") }])).toEqual({
    wrong: { flagged: 2, of: 2, rate: 1 },
    correct: { flagged: 0, of: 2, rate: 0 },
    difference: 1,
  });
  // The second step is wrong and stands: what comes after it is not looked at.
  expect(detectErrors([{ thinking, steps: labelled("ab") }])).toMatchObject({
    wrong: { flagged: 1, of: 2, rate: 0.5 },
    correct: { of: 0, rate: null },
    difference: null,
  });
  expect(detectErrors([{ thinking, steps: labelled("") }])).toMatchObject({
    wrong: { of: 0, rate: null },
    correct: { flagged: 2, of: 4, rate: 0.5 },
    difference: null,
  });
});
