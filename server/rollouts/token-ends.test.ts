import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { completionText } from "../models/begun";
import { createTokenizer, newTokenizerFiles, type Tokenizer } from "../models/tokenizer";
import { tokenEnds } from "./token-ends";

const ofTask = createTokenizer(newTokenizerFiles(Array.from("0123456789abc+-=;")), { eos: [1], pad: 0 });
const byteLevel = ((): Tokenizer => {
  const folder = join(__dirname, "..", "..", "..", "shared", "cases", "hf", "tiny-qwen3");
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return createTokenizer(
    {
      "tokenizer.json": read("tokenizer.json"),
      "tokenizer_config.json": read("tokenizer_config.json"),
      "chat_template.jinja": null,
    } as Parameters<typeof createTokenizer>[0],
    { eos: [0], pad: null },
  );
})();

const rollout = (tokenizer: Tokenizer, prompt: string, text: string) => ({
  prompt: tokenizer.encode(prompt),
  completion: Int32Array.from(tokenizer.encode(text)),
});

test.each([
  ["one token a symbol", ofTask, "a1+2=", "<think>1+2=3</think><answer>3</answer>"],
  ["behind a prompt that began the thinking", ofTask, "a1+2=<think>", "1+2=3</think><answer>3</answer>"],
])("%s: each token ends where the text up to it does", (_, tokenizer, prompt, text) => {
  const one = rollout(tokenizer, prompt, text);
  const ends = tokenEnds(tokenizer, one);
  expect(ends.at(-1)).toBe(completionText(tokenizer, one).length);
  const begun = completionText(tokenizer, one).length - tokenizer.decode(one.completion).length;
  ends.forEach((end, token) =>
    expect(end).toBe(begun + tokenizer.decode(one.completion.subarray(0, token + 1)).length),
  );
});

test("a byte-level tokenizer's tokens end as the whole text up to them, characters of several tokens too", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", " the", "7", "\n", "é", "私", "🙂", " "),
    minLength: 1,
    maxLength: 120,
  });
  fc.assert(
    fc.property(text, (written) => {
      const one = rollout(byteLevel, "Q: ", written);
      const ends = tokenEnds(byteLevel, one);
      one.completion.forEach((_, token) =>
        expect(ends[token]).toBe(byteLevel.decode(one.completion.subarray(0, token + 1)).length),
      );
    }),
    { numRuns: 60 },
  );
});
