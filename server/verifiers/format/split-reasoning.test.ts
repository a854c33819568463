import fc from "fast-check";
import { expect, test } from "vitest";
import { reasoningTags } from "../../shared/reasoning-tags";
import { verifyMath } from "../maths/verify-math";
import { readAnswer } from "../answers/read-answer";
import { extractCode } from "../code/extract-code";
import { afterReasoning, splitReasoning } from "./split-reasoning";

const tags = ["<think>", "</think>", "<answer>", "</answer>"];
/** Texts of tags, pieces of tags and anything else, in any order. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...tags, "<think", "/think>", "<", ">", "</", " ", "\n", "4"), fc.string()), {
    maxLength: 30,
  })
  .map((parts) => parts.join(""));
const withoutTags = fc.string().filter((text) => !text.includes("<"));

test.each([
  ["<think>b6+4=10</think><answer>10</answer>", "b6+4=10", "10", true],
  ["<think></think><answer></answer>", "", "", true],
  [" <think>a</think>\n<answer>b</answer>\n", "a", "b", true],
  ["", null, null, false],
  ["42", null, null, false],
  ["<think>never ends", null, null, false],
  ["<answer>4</answer>", null, "4", false],
  ["<think>a</think>", "a", null, false],
  ["<think>a</think><answer>4", "a", null, false],
  ["<think>a</think>4</answer>", "a", null, false],
  ["</think><think>a</think><answer>4</answer>", "a", "4", false],
  ["<answer>4</answer><think>a</think>", "a", null, false],
  ["<think>a<answer>3</answer></think><answer>4</answer>", "a<answer>3</answer>", "4", false],
  ["<think>a<answer>3</answer></think>", "a<answer>3</answer>", null, false],
  ["<think><think>a</think></think><answer>4</answer>", "<think>a", "4", false],
  ["<think>a</think><answer>3</answer><answer>4</answer>", "a", "4", false],
  ["<think>a</think><answer><answer>4</answer></answer>", "a", "4</answer>", false],
  ["<think>a</think><answer>4</answer>!", "a", "4", false],
  ["<THINK>a</THINK><answer>4</answer>", "a", "4", false],
  ["<thinking>a</thinking><answer>4</answer>", "a", "4", false],
  ["a</think><answer>4</answer>", "a", "4", false],
])("%j", (text, thinking, answer, wellFormed) => {
  const split = splitReasoning(text);
  expect(split.thinking).toBe(thinking);
  expect(split.wellFormed).toBe(wellFormed);
  expect(split.answer).toBe(answer);
});

test("a well-formed completion comes back as what it was put together from, and only such a one is well formed", () => {
  fc.assert(
    fc.property(withoutTags, withoutTags, (thinking, answer) => {
      expect(splitReasoning(`<think>${thinking}</think><answer>${answer}</answer>`)).toEqual({
        thinking,
        answer,
        wellFormed: true,
      });
    }),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const { thinking, answer, wellFormed } = splitReasoning(text);
      // White space may stand in a tag; before a lone end all is thinking.
      const bare = text.replaceAll(/<(\/?think)\s[^<>\n]*>/g, "<$1>");
      const inside = thinking?.replaceAll(/<(\/?think)\s[^<>\n]*>/g, "<$1>");
      if (inside !== undefined)
        expect(bare.includes(`<think>${inside}</think>`) || bare.startsWith(`${inside}</think>`)).toBe(true);
      if (answer !== null) expect(text).toContain(`<answer>${answer}</answer>`);
      if (wellFormed) {
        expect(text.replaceAll(/\s/g, "")).toBe(
          `<think>${thinking!}</think><answer>${answer!}</answer>`.replaceAll(/\s/g, ""),
        );
        for (const tag of tags) expect(text.split(tag)).toHaveLength(2);
      }
    }),
    { numRuns: 2000 },
  );
});

test("the answer is never read from within the thinking", () => {
  fc.assert(
    fc.property(hostile, withoutTags, (inside, answer) => {
      const thinking = inside.replaceAll("</think>", "");
      expect(splitReasoning(`<think>${thinking}</think>`).answer).toBeNull();
      expect(splitReasoning(`<think>${thinking}</think><answer>${answer}</answer>`).answer).toBe(answer);
    }),
  );
});

test("megabytes of tags are split like any other text", () => {
  const many = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length));
  expect(splitReasoning(many("<think>")).thinking).toBeNull();
  expect(splitReasoning(many("</answer>")).answer).toBeNull();
  expect(splitReasoning(`<think>${many("<answer>")}</think>`).answer).toBeNull();
  expect(splitReasoning(many("<think></think>")).wellFormed).toBe(false);
  expect(splitReasoning(`<think>${many("x")}</think><answer>4</answer>`).wellFormed).toBe(true);
});

const harmony = "<|channel|>analysis<|message|>13?<|end|><|start|>assistant<|channel|>final<|message|>";

test.each<[string, string]>([
  ...reasoningTags.flatMap(([open, close]): [string, string][] => [
    [`${open}13${close}`, "14"],
    [`${open.toUpperCase()}\n\\boxed{13}\n${close.toUpperCase()}\n\n`, "14"],
    [`13${close}`, "14"],
    [`${open}${open}13${close} 13 ${close}`, "14"],
  ]),
  ['<think effort="high">13</think>', "14"],
  [harmony, "14<|return|>"],
  [
    "<|channel|>analysis<|message|>13<|channel|>commentary<|message|>13<|channel|>final <|constrain|>json<|message|>",
    "14",
  ],
  ["analysisWe need 13.assistantfinal", "14"],
  ["Here are my reasoning steps:\n13\n[BEGIN FINAL RESPONSE]\n", "14"],
  ['<think>I close it with `</think>` or "</think>" later: 13</think>', "14"],
  ["<think>\n```python\nprint('</think>')\n```\n13</think>", "14"],
  ["<think>\n```python\nunclosed\n</think>\n", "14"],
])("the answer is what stands behind %j", (before, answer) => {
  expect(afterReasoning(before + answer).trim()).toBe("14");
  expect(verifyMath(`${before}${answer}`, "14").score).toBe(1);
  expect(verifyMath(`${before}${answer}`, "13").score).toBe(0);
  expect(
    verifyMath(`${before.replaceAll(/\\boxed\{13\}|13/g, "\\boxed{13}")}It is \\boxed{${answer.slice(0, 2)}}.`, "13")
      .score,
  ).toBe(0);
});

test.each([
  ...reasoningTags.flatMap(([open]) => [`${open}\\boxed{13}`, `Well. ${open} so \\boxed{13}`]),
  ...reasoningTags.map(([open, close]) => `${open}a${close}\n${open}\\boxed{13}`),
  "<|channel|>analysis<|message|>\\boxed{13}",
  "<think>\\boxed{13}</thinking >",
  "<cot>\\boxed{13} so assistantfinal? 13",
])("%j never ends, and has no answer", (completion) => {
  expect(afterReasoning(completion)).toBe("");
  expect(verifyMath(completion, "13").score).toBe(0);
  expect(readAnswer(completion, { unmarked: true })).toBeNull();
});

test.each([
  "My reasoning: I think it is \\boxed{13}.",
  "I was thinking. Reflection: 6+7. [A] analysis of it gives \\boxed{13}",
  "Put it in `<think>` and `</think>`. \\boxed{13}",
  'The tag "<reasoning>" stands first. \\boxed{13}',
  "Write your thoughts between the <think> and </think> tags. \\boxed{13}",
  "\\boxed{13}, as 3<4 and [x] think>2",
  "```html\n<think>\n<analysis>\n```\n\\boxed{13}",
  "analysis of the sum: \\boxed{13}",
])("%j is an answer that speaks of thinking", (completion) => {
  expect(verifyMath(completion, "13").score).toBe(1);
});

test("tags are an option", () => {
  const completion = "<work>\\boxed{13}</work>\\boxed{14}";
  const options = { reasoningTags: [["<work>", "</work>"]] } as const;
  expect(splitReasoning("<work>so</work><answer>4</answer>", options)).toEqual({
    thinking: "so",
    answer: "4",
    wellFormed: true,
  });
  expect(verifyMath("<work>\\boxed{13}", "13").score).toBe(1);
  expect(verifyMath("<WORK>\\boxed{13}", "13", options).score).toBe(0);
  expect(verifyMath(completion, "14", options).score).toBe(1);
  expect(verifyMath("<think>\\boxed{13}", "13", options).score).toBe(1);
  expect(verifyMath("<think>\\boxed{13}", "13", { reasoningTags: [] }).score).toBe(1);
  expect(extractCode("```python\nx\n```\n</work>", "python", "last", options)).toBeNull();
});

test("any text is read in time that its length alone decides, and none throws", () => {
  const long = 200_000;
  const pieces = [
    ...reasoningTags.flat(),
    "```",
    "```python\n",
    "~~~\n",
    "\n",
    "<|channel|>",
    "<|channel|>final",
    "`</think>`",
    "<think ",
    " ",
    "> ",
    "- ",
    "1. ",
    "<answer>",
    "</answer>",
    "assistantfinal",
    "\uFEFF",
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(long / piece.length));
    for (const whole of [text, `\`\`\`\n${text}`]) {
      expect(typeof afterReasoning(whole)).toBe("string");
      splitReasoning(whole);
      extractCode(whole, "python");
    }
  }
});
