import fc from "fast-check";
import { expect, test } from "vitest";
import { begunAtStart, begunBy, begunByText, behindBegun, completionText, withBegun } from "./begun";
import { encodeCompletion } from "./policy";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";

const tokenizer = createTokenizer(newTokenizerFiles(Array.from("0123456789+= \nuassistnt:")), { eos: [1], pad: 0 });

test.each([
  ["user: 1+1\nassistant\n<think>\n", "<think>\n"],
  ["assistant: <think>", "<think>"],
  ["assistant\n<reasoning>\n", "<reasoning>\n"],
  ["assistant\n<think>\n\n</think>\n\n", "<think>\n\n</think>\n\n"],
  ["assistant\n<think>\nso\n</think>\n\n", ""],
  ["what is <think> for?", ""],
  ["assistant\n<b>", ""],
  ["", ""],
])("%j began %j of the completion", (prompt, begun) => {
  expect(begunByText(prompt)).toBe(begun);
});

test("sampled tokens are read from where their completion begins", () => {
  const prompt = tokenizer.encode("user 1+1\nassistant\n<think>\n");
  expect(begunBy(tokenizer, prompt)).toBe("<think>\n");
  const completion = [...tokenizer.encode("1+1=2\n</think>\n<answer>2</answer>"), 1];
  const text = "<think>\n1+1=2\n</think>\n<answer>2</answer>";
  expect(completionText(tokenizer, { prompt, completion })).toBe(text);
  expect(encodeCompletion(tokenizer, prompt, text)).toEqual(completion);
  // The same example without its opening tag, or with other white space behind it.
  expect(encodeCompletion(tokenizer, prompt, text.slice(8))).toEqual(completion);
  expect(encodeCompletion(tokenizer, prompt, `<think>${text.slice(8)}`)).toEqual(completion);
  const plain = tokenizer.encode("1+1=");
  expect(encodeCompletion(tokenizer, plain, text)).toEqual([...tokenizer.encode(text), 1]);
  expect(completionText(tokenizer, { prompt: plain, completion })).toBe(text.slice(8));
});

const empty = "<think>\n\n</think>\n\n";
test.each([
  ["<think>\n", "<think>a</think>b", "<think>a</think>b", "a</think>b"],
  ["<think>\n", "\n<think>\n\na</think>b", "\n<think>\n\na</think>b", "\na</think>b"],
  ["<think>", "a</think>b", "<think>a</think>b", "a</think>b"],
  ["<reasoning>\n", "<think>a</think>", "<reasoning>\n<think>a</think>", "<think>a</think>"],
  [empty, "<think></think>b", "<think></think>b", "b"],
  [empty, "<answer>b</answer>", `${empty}<answer>b</answer>`, "<answer>b</answer>"],
  [empty, "<think>a</think>b", `${empty}<think>a</think>b`, "<think>a</think>b"],
  ["", "<think>a</think>b", "<think>a</think>b", "<think>a</think>b"],
])("behind %j, %j is read as %j and written as %j", (begun, completion, read, written) => {
  expect(withBegun(begun, completion)).toBe(read);
  expect(behindBegun(begun, completion)).toBe(written);
});

test("what is read of a completion is written as what was written of it", () => {
  const piece = fc.constantFrom("<think>", "</think>", "<answer>", "\n", "a", " ");
  fc.assert(
    fc.property(fc.constantFrom("<think>\n", "<think>", empty), fc.array(piece), (begun, pieces) => {
      const written = pieces.join("");
      expect(behindBegun(begun, begun + written)).toBe(written);
      expect(begunAtStart(begun + written).startsWith(begun.trimEnd())).toBe(true);
    }),
  );
});
