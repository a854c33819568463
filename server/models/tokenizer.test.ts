import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";

const symbols = Array.from("abc0123456789+-=; \n");
const tags = ["<think>", "</think>", "<answer>", "</answer>"];
const tokenizer = createTokenizer(newTokenizerFiles(symbols), { eos: 1, pad: 0 });

test("text of symbols and tags becomes one token each, and the same text again", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...symbols, ...tags), { maxLength: 60 }), (parts) => {
      const ids = tokenizer.encode(parts.join(""));
      expect(ids).toHaveLength(parts.length);
      expect(ids.map((id) => tokenizer.texts[id])).toEqual(parts);
      expect(tokenizer.decode(ids)).toBe(parts.join(""));
    }),
  );
});

test("end and padding are tokens of their own that leave no text", () => {
  expect(tokenizer.texts.slice(0, 2)).toEqual(["<pad>", "<eos>"]);
  const ids = tokenizer.encode("1+2=");
  expect(tokenizer.decode([...ids, tokenizer.eos, tokenizer.pad])).toBe("1+2=");
  expect(tokenizer.decode([])).toBe("");
  expect(tokenizer.decode(Int32Array.from(ids))).toBe("1+2=");
});

test("ids are dense and every one has its text", () => {
  expect(tokenizer.size).toBe(2 + tags.length + 1 + symbols.length);
  expect(new Set(tokenizer.texts).size).toBe(tokenizer.size);
});

test("a symbol that the alphabet lacks is one unknown token, not an error", () => {
  expect(tokenizer.encode("1z2").map((id) => tokenizer.texts[id])).toEqual(["1", "<unk>", "2"]);
});
