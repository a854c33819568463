import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import { tokenTextOf } from "./token-texts";
import type { TokenIds, Tokenizer } from "./tokenizer";

const symbols = Array.from("abc0123456789+-=; \n");
const tags = ["<think>", "</think>", "<answer>", "</answer>"];
const tokenizer = createTokenizer(newTokenizerFiles(symbols), { eos: [1], pad: 0 });

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

const files = newTokenizerFiles(symbols);
const withConfig = (config: object, ids: TokenIds): Tokenizer =>
  createTokenizer({ ...files, "tokenizer_config.json": JSON.stringify(config) }, ids, "folder");

test("a completion ends in training with the tokenizer's own token, and when sampled with any that is named", () => {
  const both = withConfig({ eos_token: { content: "</answer>" }, pad_token: "<pad>" }, { eos: [1, 3], pad: null });
  expect(both).toMatchObject({ eos: 5, stops: [5, 1, 3], pad: 0 });
  expect(both.decode([...both.encode("1</think>2"), 1, 5, 0])).toBe("12");
  expect(withConfig({}, { eos: [3, 1], pad: null })).toMatchObject({ eos: 3, stops: [3, 1], pad: 3 });
  expect(() => withConfig({ eos_token: "nowhere" }, { eos: [], pad: null })).toThrow(
    /^folder.tokenizer_config\.json: eos_token: no token ends a completion/,
  );
});

test("templates see the special tokens; the template is the file's, else the configuration's, else its default", () => {
  const several = [
    { name: "tool_use", template: "T" },
    { name: "default", template: "D" },
  ];
  const named = withConfig(
    { bos_token: { content: "<eos>" }, unk_token: null, chat_template: several },
    { eos: [1], pad: 0 },
  );
  expect(named).toMatchObject({ chatTemplate: "D", specialTokens: { bos_token: "<eos>" } });
  const content = { ...named.files, "chat_template.jinja": "file" };
  expect(createTokenizer(content, { eos: [1], pad: 0 }).chatTemplate).toBe("file");
  expect(withConfig({ chat_template: "one" }, { eos: [1], pad: 0 }).chatTemplate).toBe("one");
  expect(tokenizer.chatTemplate).toBeNull();
});

test("a model may know more tokens than its tokenizer; fewer are an error where a text needs them", () => {
  const more = withConfig({}, { eos: [1], pad: 0, vocabulary: 40 });
  expect(more).toMatchObject({ size: 40, texts: [...tokenizer.texts, ...Array<string>(40 - tokenizer.size).fill("")] });
  expect(more.decode([...more.encode("ab"), 39])).toBe("ab");
  const fewer = withConfig({}, { eos: [1], pad: 0, vocabulary: 9 });
  expect(fewer.encode("ab")).toEqual([7, 8]);
  expect(() => fewer.encode("abc")).toThrow(
    /tokenizer\.json: the token c has the id 9, and the model has 9 tokens only/,
  );
});

test.each<[string, object | null, Record<string, string>]>([
  ["bytes", { type: "ByteLevel" }, { Ġsold: " sold", Ċ: "\n", "Ã©": "é", "ä½ł": "你", Ã: "<0xC3>", aÃ: "a<0xC3>" }],
  ["pieces", { type: "Sequence", decoders: [{ type: "ByteFallback" }] }, { "▁sold": " sold", "<0x0A>": "<0x0A>" }],
  ["text itself", { type: "Fuse" }, { "Ġ▁": "Ġ▁" }],
  ["text without a decoder", null, { "Ġ▁": "Ġ▁" }],
])("tokens that are %s show what they stand for", (_, decoder, texts) => {
  const textOf = tokenTextOf(decoder);
  for (const [token, text] of Object.entries(texts)) expect(textOf(token)).toBe(text);
});

const bos = { SpecialToken: { id: "<pad>", type_id: 0 } };
const text = { Sequence: { id: "A", type_id: 0 } };
const template = (single: object[]): object => ({
  type: "TemplateProcessing",
  single,
  pair: [text, { Sequence: { id: "B", type_id: 1 } }],
  special_tokens: { "<pad>": { id: "<pad>", ids: [0], tokens: ["<pad>"] } },
});

/** Ids that transformers 5.24 gives a text in front of which the tokenizer puts token 0, without those behind it. */
test.each<[string, object | null, object, number[]]>([
  ["none", null, { bos_token: "<pad>" }, []],
  ["none, whatever the configuration says", null, { bos_token: "<pad>", add_bos_token: true }, []],
  ["a template", template([bos, text]), { add_bos_token: false }, [0]],
  ["a template with an end", template([bos, text, bos]), {}, [0]],
  ["an end alone", template([text, bos]), {}, []],
  ["one of several", { type: "Sequence", processors: [{ type: "ByteLevel" }, template([bos, text])] }, {}, [0]],
  ["RoBERTa's", { type: "RobertaProcessing", cls: ["<pad>", 0], sep: ["<eos>", 1] }, {}, [0]],
])("what a sequence begins with is the post-processor's: %s", (_, post_processor, config, before) => {
  const content = { ...(JSON.parse(files["tokenizer.json"]) as object), post_processor };
  const adding = createTokenizer(
    {
      ...files,
      "tokenizer.json": JSON.stringify(content),
      "tokenizer_config.json": JSON.stringify({ eos_token: "<eos>", ...config }),
    },
    { eos: [1], pad: null },
  );
  const plain = tokenizer.encode("1+2=");
  expect(adding.encode("1+2=")).toEqual(plain);
  expect(adding.encodeBeginning("1+2=")).toEqual([...before, ...plain]);
  expect(adding.encodeBeginning("")).toEqual(before);
  // A text that has it already, as a prompt that went through a template elsewhere.
  expect(adding.encodeBeginning("<pad>1+2=")).toEqual([0, ...plain]);
});

test("half a character makes no tokenizer: other programs could not read it", () => {
  expect(() => newTokenizerFiles(["a", "\ud83d"])).toThrow(/half a character, "\\ud83d"/);
  expect(JSON.parse(newTokenizerFiles(["😀"])["tokenizer.json"])).toMatchObject({ model: { vocab: { "😀": 7 } } });
});
