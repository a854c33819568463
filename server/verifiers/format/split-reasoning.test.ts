import fc from "fast-check";
import { expect, test } from "vitest";
import { splitReasoning } from "./split-reasoning";

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
  ["<THINK>a</THINK><answer>4</answer>", null, "4", false],
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
      if (thinking !== null) expect(text).toContain(`<think>${thinking}</think>`);
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
