import fc from "fast-check";
import { expect, test } from "vitest";
import { languageConsistency } from "./language-consistency";

const thinking = (text: string) => `<think>${text}</think><answer>4</answer>`;

test.each([
  ["Two plus two is four.", "en", 1],
  ["Two plus 我们 is four.", "en", 4 / 5],
  ["我们需要 compute 这个数字", "zh", 4 / 5],
  ["二と二を足すと四です", "ja", 1],
  ["Сложим два и два", "ru", 1],
  ["Сложим два и two", "ru", 3 / 4],
  ["둘 더하기 둘", "ko", 1],
  ["don't stop", "en", 1],
  // Code, formulas, digits and variables are in no language.
  ["设 $x_1 = \\text{foo bar}$ 和 `print` 为 \\frac y", "zh", 1],
  ["```python\nprint(x)\n``` 好", "zh", 1],
  ["\\(a+bc\\) \\[foo\\] 好", "zh", 1],
])("%s in %s", (text, language, share) => {
  expect(languageConsistency(thinking(text), language)).toBeCloseTo(share, 12);
});

test("without a thinking it is 0, without words it does not apply", () => {
  expect(languageConsistency("four", "en")).toBe(0);
  expect(languageConsistency(thinking("2+2=4; x=4"), "en")).toBeNull();
  expect(languageConsistency(thinking(""), "en")).toBeNull();
});

test("languages of one script are told apart by a function that knows the words", () => {
  const english = new Set(["two", "plus"]);
  const isEnglish = (word: string) => english.has(word.toLowerCase());
  expect(languageConsistency(thinking("Two plus deux"), isEnglish)).toBeCloseTo(2 / 3, 12);
});

test("what is no language is told", () => {
  for (const language of ["english please", "", "x"])
    expect(() => languageConsistency(thinking("a"), language)).toThrow(`knows no language "${language}"`);
});

test("it is a share of the words, whatever is thought", () => {
  const part = fc.oneof(fc.constantFrom("$", "`", "```", "\\(", "\\[", "\\]", "这个", "word ", " "), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const text = thinking(parts.join("").replaceAll("</think>", ""));
      const share = languageConsistency(text, "en");
      if (share === null) return;
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }),
  );
  expect(languageConsistency(thinking("\\(".repeat(200_000)), "en")).toBeNull();
});
