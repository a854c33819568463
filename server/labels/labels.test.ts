import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { agreementBetweenPasses, agreementWithScorer } from "./agreement";
import { appendLabel } from "./append-label";
import { labelLine, orderedPair, pairId, preferences, readLabels } from "./label";
import type { PreferenceLabel } from "./label";
import { choiceOf, leftSide, mostUncertainFirst, uncertainty } from "./order";

let made = 0;
function label(choice: PreferenceLabel["choice"], more: Partial<PreferenceLabel> = {}): PreferenceLabel {
  const pair = { prompt: more.prompt ?? "p", a: "x", b: "y" };
  const at = new Date(1_800_000_000_000 + 1000 * made).toISOString();
  return { id: `l${made++}`, pair: pairId(pair), ...pair, choice, tags: [], pass: 1, by: "", at, ...more };
}

test("a pair is the same in either order", () => {
  const [one, other] = [
    { prompt: "p", a: "x", b: "y" },
    { prompt: "p", a: "y", b: "x" },
  ];
  expect(pairId(one)).toBe(pairId(other));
  expect(orderedPair(other)).toEqual(one);
  expect(pairId({ prompt: "px", a: "", b: "y" })).not.toBe(pairId(one));
});

test("what was appended is read, in the order of its time, whatever order a merge left; undone labels are gone", () => {
  const [first, second, third] = [label("a"), label("tie", { tags: ["safe"] }), label("b")];
  const undo = { undo: third.id, at: third.at };
  const lines = [first, second, third, undo].map(labelLine);
  expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
  fc.assert(
    fc.property(fc.shuffledSubarray([...lines, lines[0]!, "\n"], { minLength: 6 }), (merged) => {
      const read = readLabels(merged.join(""), "f");
      expect([read.labels, read.problems]).toEqual([[first, second], []]);
      expect(read.lines.get(second.id)).toBe(merged.indexOf(labelLine(second)) + 1);
    }),
  );
});

test("appending makes the file, and closes a line that was cut off", () => {
  const path = join(mkdtempSync(join(tmpdir(), "reasoning-lab-labels-")), "labels.jsonl");
  const [first, second] = [label("a"), label("b")];
  appendLabel(path, first);
  appendLabel(path, second);
  expect(readFileSync(path, "utf8")).toBe(labelLine(first) + labelLine(second));
  writeFileSync(path, labelLine(first).slice(0, 20));
  appendLabel(path, second);
  const { labels, problems } = readLabels(readFileSync(path, "utf8"), "f");
  expect(labels).toEqual([second]);
  expect(problems.map(({ line }) => line)).toEqual([1]);
});

test.each([
  ['{"id":', "labels.jsonl:2: not JSON"],
  ["<<<<<<< HEAD", "labels.jsonl:2: a merge was left unfinished here"],
  [labelLine({ ...label("a"), choice: "c" as "a" }).trimEnd(), "labels.jsonl:2: choice: "],
  [labelLine(label("a", { at: "yesterday" })).trimEnd(), "labels.jsonl:2: at: "],
  [labelLine({ ...label("a"), b: "edited" }).trimEnd(), "labels.jsonl:2: pair: is not the id of this prompt"],
  ["[]", "labels.jsonl:2: the line: "],
])("the line %s is said to be wrong and costs no other", (line, message) => {
  const [before, after] = [label("a"), label("b")];
  const { labels, problems } = readLabels(`${labelLine(before)}${line}\n${labelLine(after)}`, "labels.jsonl");
  expect(labels).toEqual([before, after]);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message.startsWith(message), problems[0]!.message).toBe(true);
});

test("preferences are what a reward model learns from", () => {
  expect(preferences([label("a"), label("b"), label("tie"), label("skip")])).toEqual([
    { prompt: "p", chosen: "x", rejected: "y", tags: [] },
    { prompt: "p", chosen: "y", rejected: "x", tags: [] },
  ]);
});

test("agreement between passes and people", () => {
  const passes = (prompt: string, ...given: PreferenceLabel["choice"][]): PreferenceLabel[] =>
    given.map((choice, index) => label(choice, { prompt, pass: index + 1 }));
  const labels = [
    ...passes("p", "a", "a"),
    ...passes("q", "b", "b"),
    ...passes("r", "a", "b"),
    ...passes("s", "b", "a"),
    ...passes("t", "a", "skip"),
  ];
  expect(agreementBetweenPasses(labels)).toEqual({ count: 4, agreed: 2, rate: 0.5, kappa: 0 });
  expect(agreementBetweenPasses(labels.slice(0, 4))).toMatchObject({ rate: 1, kappa: 1 });
  expect(agreementBetweenPasses(labels.slice(0, 2))).toEqual({ count: 1, agreed: 1, rate: 1, kappa: null });
  expect(agreementBetweenPasses([label("a"), label("b")])).toMatchObject({ count: 0, rate: null });
  expect(agreementBetweenPasses([label("a"), label("b", { by: "someone else" })])).toMatchObject({ count: 1, rate: 0 });
});

test("agreement with a scorer counts equal scores one half", () => {
  const labels = [label("a"), label("b"), label("tie"), label("a", { prompt: "none" })];
  const by = (x: number, y: number) => (prompt: string, completion: string) =>
    prompt === "none" ? null : completion === "x" ? x : y;
  expect(agreementWithScorer([labels[0]!, labels[2]!, labels[3]!], by(1, 0))).toEqual({ count: 1, agreed: 1, rate: 1 });
  expect(agreementWithScorer(labels, by(1, 0)).rate).toBe(0.5);
  expect(agreementWithScorer(labels, by(0, 0))).toEqual({ count: 2, agreed: 1, rate: 0.5 });
  expect(agreementWithScorer([], by(0, 0)).rate).toBeNull();
});

test("what the scorer is least sure of comes first", () => {
  const scored = (prompt: string, difference: number | null) => ({
    prompt,
    a: "x",
    b: "y",
    scores: difference === null ? null : { a: difference, b: 0 },
  });
  const pairs = [scored("sure", 3), scored("even", 0), scored("unknown", null), scored("leaning", -1)];
  expect(mostUncertainFirst(pairs, 1).map(({ prompt }) => prompt)).toEqual(["unknown", "even", "leaning", "sure"]);
  expect(uncertainty(pairs[1]!)).toBe(0.5);
  expect(uncertainty(pairs[0]!)).toBeCloseTo(1 / (1 + Math.exp(3)), 12);
  const equal = Array.from({ length: 20 }, (_, index) => scored(`p${index}`, 0));
  expect(mostUncertainFirst(equal, 1)).not.toEqual(equal);
  expect(mostUncertainFirst(equal.toReversed(), 1)).toEqual(mostUncertainFirst(equal, 1));
});

test("sides are even, of the seed and the pass, and not of the order", () => {
  const pairs = Array.from({ length: 400 }, (_, index) => ({ prompt: `p${index}`, a: "x", b: "y" }));
  const sides = (seed: number, pass: number): string[] => pairs.map((pair) => leftSide(pair, seed, pass));
  const lefts = sides(1, 1).filter((side) => side === "a").length;
  expect(lefts).toBeGreaterThan(150);
  expect(lefts).toBeLessThan(250);
  expect(sides(1, 1)).toEqual(pairs.map(({ prompt, a, b }) => leftSide({ prompt, a: b, b: a }, 1, 1)));
  expect(sides(1, 2)).not.toEqual(sides(1, 1));
  expect(sides(2, 1)).not.toEqual(sides(1, 1));
  expect([choiceOf("left", "b"), choiceOf("right", "b"), choiceOf("tie", "b"), choiceOf("skip", "a")]).toEqual([
    "b",
    "a",
    "tie",
    "skip",
  ]);
});
