import fc from "fast-check";
import { expect, test } from "vitest";
import { codeFormat } from "./code-format";
import { format, type FormatStyle } from "./format";
import { reasoningSteps } from "./reasoning-steps";
import { tagCount } from "./tag-count";

const styles: readonly FormatStyle[] = ["strict", "soft", "think", "open-r1", "trl"];
const accepted = (completion: string) => styles.filter((style) => format(completion, style) === 1);
const r1 = "<think>\nso\n</think>\n<answer>\n1\n</answer>";

test.each<[string, string, FormatStyle[]]>([
  ["the form of R1", r1, ["strict", "soft", "open-r1", "trl", "think"]],
  ["a line break at its end", `${r1}\n`, ["strict", "soft", "open-r1", "trl", "think"]],
  ["tags without lines", "<think>so</think><answer>1</answer>", ["soft", "think", "trl"]],
  ["an answer without tags", "<think>so</think>1", ["think", "trl"]],
  ["an empty thinking", "<think></think>a", ["trl"]],
  ["an empty thinking and answer", "<think>\n\n</think>\n<answer>\n \n</answer>", ["open-r1", "trl"]],
  ["several blocks", `${r1}\n${r1}`, ["open-r1"]],
  ["text after the answer", `${r1}\nIgnore the above.`, ["open-r1", "think", "trl"]],
  ["text before the thinking", `x${r1}`, []],
  ["a second end of the thinking", "<think>so</think>b</think>c", ["trl"]],
  ["nothing", "", []],
])("%s", (_, completion, expected) => {
  expect(accepted(completion).sort()).toEqual(expected.sort());
});

// Thinking that nobody can read is none, and an answer that nobody can see.
test.each([
  ...[
    "",
    " ",
    ".",
    "\u200b",
    "\u2060\u00ad",
    "a",
    "\u3164\u3164",
    "\u0301\u0302",
    "...",
    "\u2800\u2800",
    "a\u200b",
    "\ufe0f\ufe0f",
    "…?",
  ].map((thinking) => [thinking, "4"]),
  ...["", "\u200b", ".", "\u3164", "\u0301", "…", "\u2800", "\ufeff"].map((answer) => ["two and two", answer]),
])("%j and %j are no thinking and answer", (thinking, answer) => {
  expect(format(`<think>\n${thinking}\n</think>\n<answer>\n${answer}\n</answer>`, "strict")).toBe(0);
  expect(format(`<think>${thinking}</think><answer>${answer}</answer>`, "soft")).toBe(0);
  expect(format(`<think>${thinking}</think>${answer}`, "think")).toBe(0);
});

test.each(["4", "+", "-", "B", "好", "∅", "?4"])("%j is an answer", (answer) => {
  expect(format(`<think>2+2</think><answer>${answer}</answer>`, "soft")).toBe(1);
  expect(format(`<think>先想</think>${answer}`, "think")).toBe(1);
});

test("a thinking that the prompt has opened", () => {
  const completion = "First, 2 plus 2.\n</think>\n<answer>\n4\n</answer>";
  for (const style of ["strict", "soft", "open-r1", "trl", "think"] as const) {
    expect(format(completion, style)).toBe(0);
    expect(format(completion, style, { opened: true })).toBe(1);
    // A completion that has the tag all the same is what it is.
    expect(format(`<think>\n${completion}`, style, { opened: true })).toBe(1);
  }
  expect(format("First, 2 plus 2.\n</think>\nThe answer is 4.", "think", { opened: true })).toBe(1);
  expect(format("The answer is 4.", "think", { opened: true })).toBe(0);
  expect(format("First.\n</think>\n</think>\n4", "think", { opened: true })).toBe(0);
  const code = "So.\n</think>\n<answer>\n```python\nx\n```\n</answer>";
  expect([codeFormat(code), codeFormat(code, { opened: true })]).toEqual([0, 1]);
});

test("an unknown style is told", () => {
  // As a reward file in JavaScript could.
  const unknown = JSON.parse('"r1"') as FormatStyle;
  expect(() => format(r1, unknown)).toThrow('format knows no style "r1": give one of strict, soft');
});

/** Texts of tags, line breaks and fences, in any order and in nearly the right one. */
const pieces = ["<think>", "</think>", "<answer>", "</answer>", "\n", "\n", "\n", "ab", "```", "python", "```python\n"];
const anyOrder = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join(""));
const nearly = fc
  .tuple(fc.constantFrom("", "a", "\n"), anyOrder, fc.constantFrom("\n</think>\n<answer>\n", "</think>"), anyOrder)
  .chain(([before, thinking, middle, answer]) =>
    fc
      .constantFrom("\n</answer>", "\n</answer>\n", "\n</answer>a", "</answer>")
      .map((end) => `${before}<think>\n${thinking}${middle}${answer}${end}`),
  );
const hostile = fc.oneof(anyOrder, nearly);

test("the references' styles are the references' patterns", () => {
  const openR1 = /^<think>\n[^]*?\n<\/think>\n<answer>\n[^]*?\n<\/answer>(?=\n|$(?!\n))/;
  const trl = /^<think>(?![^]*<think>)([^]*?)<\/think>[^]*$/;
  const code = /^<think>\n[^]*?\n<\/think>\n<answer>\n[^]*?```python[^]*?```[^]*?\n<\/answer>(?=\n|$(?!\n))/;
  const found = { openR1: 0, trl: 0, code: 0 };
  fc.assert(
    fc.property(hostile, (completion) => {
      expect(format(completion, "open-r1") === 1).toBe(openR1.test(completion));
      expect(format(completion, "trl") === 1).toBe(trl.test(completion));
      expect(codeFormat(completion, { style: "open-r1" }) === 1).toBe(code.test(completion));
      found.openR1 += Number(openR1.test(completion));
      found.trl += Number(trl.test(completion));
      found.code += Number(code.test(completion));
    }),
    { numRuns: 4000, seed: 1 },
  );
  expect(Math.min(...Object.values(found))).toBeGreaterThan(10);
});

test("what is strict is soft, and has the form that the references want", () => {
  fc.assert(
    fc.property(hostile, (completion) => {
      const taken = accepted(completion);
      if (taken.includes("strict")) expect(taken.sort()).toEqual(["open-r1", "soft", "strict", "think", "trl"]);
      if (taken.includes("think")) expect(taken).toContain("trl");
      if (codeFormat(completion) === 1) expect(taken).toContain("strict");
    }),
    { numRuns: 2000 },
  );
});

test("megabytes of tags take no longer than other text", () => {
  const many = (text: string) => `<think>\n${text.repeat(Math.ceil(1_000_000 / text.length))}`;
  for (const text of ["\n</think>\n<answer>\n", "\n</answer>a", "```python", "\n</think>"])
    for (const style of styles) expect(format(many(text), style)).toBeTypeOf("number");
  expect(codeFormat(many("```python\n```\n"), { style: "open-r1" })).toBe(0);
});

test.each([
  [r1, 1, 1],
  [r1.slice(8), 0.75, 0.75],
  ["<think>so</think><answer>1</answer>", 0, 1],
  [`${r1}\n${r1}`, 0, 0],
  ["", 0, 0],
])("tags of %j", (completion, lines, bare) => {
  expect(tagCount(completion)).toBe(lines);
  expect(tagCount(completion, { lines: false })).toBe(bare);
});

test.each([
  ["1. add\n2. check\n3. answer", 1, 1 / 3],
  ["First, add.\nFinally, check.", 2 / 3, 2 / 3],
  ["Step 1: First, add.", 1 / 3, 2 / 3],
  ["First,First,First,", 0, 1],
  ["\n- a\n- A!\n- a", 1 / 3, 1],
  ["\n-\n-\n-", 0, 1],
  ["", 0, 0],
])("steps of %j", (completion, strict, openR1) => {
  expect(reasoningSteps(completion)).toBe(strict);
  expect(reasoningSteps(completion, { style: "open-r1" })).toBe(openR1);
});

test("steps that give the whole reward can be set", () => {
  expect(reasoningSteps("1. add\n2. check\n3. answer", { steps: 6 })).toBe(0.5);
  expect(() => reasoningSteps("", { steps: 0 })).toThrow("steps is a number above 0");
});

test.each([
  ["```python\nx\n```", 1, 1],
  ["Here:\n```python\nx\n```\nDone.", 1, 1],
  ["```python3\nx\n```", 0, 1],
  ["```python\nx", 0, 0],
  ["```javascript\nx\n```", 0, 0],
  ["```\nx\n```", 0, 0],
  ["x = '```python' + '```'", 0, 1],
])("code in the answer %j", (answer, strict, openR1) => {
  const completion = `<think>\nso\n</think>\n<answer>\n${answer}\n</answer>`;
  expect(codeFormat(completion)).toBe(strict);
  expect(codeFormat(completion, { style: "open-r1" })).toBe(openR1);
});
