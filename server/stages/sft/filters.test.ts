import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultFilters, filterExamples, filterReportText, repetition, reportFilter } from "./filter-examples";
import { dropReasons } from "../../protocol/reports";
import type { Example, FilterSettings } from "./filter-examples";
import { mixExamples } from "./mix-examples";
import { duplicateIndex, ngrams, similarity } from "./near-duplicates";

const form = (thinking: string, answer = "4"): string => `<think>${thinking}</think><answer>${answer}</answer>`;
const example = (completion: string, more: Partial<Example> = {}): Example => ({
  prompt: "p",
  correct: true,
  completion,
  ...more,
});
const reasons = (examples: readonly Example[], settings: Partial<FilterSettings> = {}): string[] =>
  filterExamples(examples, { ...defaultFilters, ...settings }).dropped.map(
    ({ reason, detail }) => `${reason}: ${detail}`,
  );

test.each([
  [form("b6+4=10;c10+2=12;d12-8=4"), []],
  ["", ["unreadable: it is empty"]],
  [form("a\u0007b"), ["unreadable: it holds the character U+0007"]],
  [form("a\ufffdb"), ["unreadable: it holds the character U+FFFD"]],
  [form("a\ud800b"), ["unreadable: it holds the character U+D800"]],
  ["the answer is 4", ["unreadable: it is not <think>…</think><answer>…</answer>"]],
  [form("we add 我们 加 起来 so"), ['mixed-language: 50 % of the words are in "en", at least 90 % should be']],
  [form("so it is ".repeat(10)), ["repetition: 86 % of its 4-grams are repeated, at most 50 % may be"]],
])("%j is dropped for %j", (completion, wanted) => {
  expect(reasons([example(completion)])).toEqual(wanted);
});

test("wrong, long and unjudged examples", () => {
  expect(reasons([example(form("1"), { correct: false })])).toEqual(["wrong-answer: the verifier says so"]);
  expect(reasons([example(form("1"), { correct: null })])).toEqual([]);
  expect(reasons([example(form("1"), { length: 81 })], { max_length: 80 })).toEqual(["too-long: 81 of at most 80"]);
  expect(reasons([example(form("1"), { length: 80 })], { max_length: 80 })).toEqual([]);
  expect(reasons([example("free text")], { well_formed: false })).toEqual([]);
  expect(reasons([example("всё по-русски")], { well_formed: false })[0]).toMatch(/^mixed-language: 0 %/);
});

const sentence =
  "take six and add four which makes ten then add two which makes twelve and take eight away which leaves four, the answer";

test("near-duplicates of a prompt go, those of another prompt only when asked", () => {
  const near = [example(form(sentence)), example(form(`${sentence}.`)), example(form(`${sentence}.`), { prompt: "q" })];
  expect(reasons(near, { near_duplicates: { threshold: 0.8, of: "prompt" } })).toEqual([
    "near-duplicate: nearly the same as example 1",
  ]);
  expect(reasons(near, { near_duplicates: { threshold: 0.8, of: "all" } })).toHaveLength(2);
  expect(reasons(near, { near_duplicates: null })).toEqual([]);
  expect(reasons([example(form("b6+4=10")), example(form("c7-2=5"))])).toEqual([]);
  expect(() => duplicateIndex(0.5)).toThrow("between 0.7 and 1");
});

test("a prompt keeps so many, the first ones", () => {
  const many = ["one", "two", "three", "four"].map((word, index) =>
    example(form(word), { prompt: index === 3 ? "q" : "p" }),
  );
  const { kept, dropped } = filterExamples(many, { ...defaultFilters, max_per_prompt: 2 });
  expect(kept).toEqual([many[0], many[1], many[3]]);
  expect(dropped.map(({ index, reason }) => [index, reason])).toEqual([[2, "over-cap"]]);
});

test("only what is kept makes others near-duplicates", () => {
  const texts = ["one two three four", "five six seven eight", "five six seven eight"].map((text) => form(text));
  const given = texts.map((text, index) => example(text, { prompt: index < 2 ? "p" : "q" }));
  const settings = { ...defaultFilters, near_duplicates: { threshold: 0.9, of: "all" as const }, max_per_prompt: 1 };
  const { kept, dropped } = filterExamples(given, settings);
  expect(kept).toEqual([given[0], given[2]]);
  expect(dropped.map(({ index, reason }) => [index, reason])).toEqual([[1, "over-cap"]]);
});

test("what is kept and dropped is all that was given, in order, and filtering again drops nothing", () => {
  const piece = fc.constantFrom("one", "two", "drei", "你好", "\u0000", "six six six", ";", "");
  const examples = fc.array(
    fc.record({
      prompt: fc.constantFrom("p", "q"),
      completion: fc.array(piece, { maxLength: 12 }).map((pieces) => form(pieces.join(" "))),
      correct: fc.constantFrom(true, false, null),
    }),
  );
  fc.assert(
    fc.property(examples, (given) => {
      const settings = { ...defaultFilters, max_per_prompt: 3 };
      const result = filterExamples(given, settings);
      const apart = new Set(result.dropped.map(({ index }) => index));
      expect(result.kept).toEqual(given.filter((_, index) => !apart.has(index)));
      expect(result.dropped.every(({ example, index }) => given[index] === example)).toBe(true);
      expect(filterExamples(result.kept, settings).dropped).toEqual([]);
      const report = reportFilter(result);
      expect(report.kept + dropReasons.reduce((sum, reason) => sum + report.dropped[reason], 0)).toBe(given.length);
    }),
  );
});

test("a report counts reasons and prompts", () => {
  const result = filterExamples([
    example(form("1")),
    example("x", { prompt: "q" }),
    example(form("2"), { correct: false }),
  ]);
  expect(filterReportText(reportFilter(result))).toBe(
    "kept 1 of 3 (1 of 2 prompts); dropped: 1 unreadable, 1 wrong-answer",
  );
  expect(filterReportText(reportFilter(filterExamples([])))).toBe("kept 0 of 0 (0 of 0 prompts)");
});

test("similarity and repetition are what they say", () => {
  expect(similarity(ngrams("a b c d", 3), ngrams("a b c e", 3))).toBeCloseTo(1 / 3, 12);
  expect(similarity(ngrams("a", 3), ngrams("A", 3))).toBe(1);
  expect(repetition("a b c d e f g h")).toBe(0);
  expect(repetition("a a a a a a a a a a a")).toBeCloseTo(7 / 8, 12);
});

test("a mixture has the share that was asked for, all reasoning examples, and says what is missing", () => {
  const reasoning = Array.from({ length: 60 }, (_, index) => `r${index}`);
  const general = Array.from({ length: 50 }, (_, index) => `g${index}`);
  const mixed = mixExamples(reasoning, general, 0.25, 1);
  expect(mixed).toMatchObject({ reasoning: 60, general: 20, missing: 0 });
  expect(mixed.examples.filter((each) => each.startsWith("r")).toSorted()).toEqual(reasoning.toSorted());
  expect(new Set(mixed.examples).size).toBe(80);
  expect(mixed.examples.slice(0, 60)).not.toEqual(reasoning);
  expect(mixExamples(reasoning, general, 0.25, 1)).toEqual(mixed);
  expect(mixExamples(reasoning, general, 0.25, 2)).not.toEqual(mixed);
  expect(mixExamples(reasoning, general, 0.5, 1)).toMatchObject({ general: 50, missing: 10 });
  expect(mixExamples(reasoning, general, 0, 1).general).toBe(0);
  expect(() => mixExamples(reasoning, general, 1, 1)).toThrow("not 1");
});
