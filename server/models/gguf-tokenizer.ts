/** The tokenizer of a GGUF file as `tokenizer.json`: byte-level BPE, whose pieces, merges and chat template stand in its metadata. */
import * as z from "zod";
import { UserError } from "../shared/user-error";
import type { GgufFile } from "./gguf-file";
import type { TokenizerFiles } from "./tokenizer";

const schema = z.object({
  model: z.string(),
  pre: z.string().default("default"),
  tokens: z.array(z.string()),
  token_type: z.array(z.int()).optional(),
  merges: z.array(z.string()).default([]),
  bos_token_id: z.int().optional(),
  eos_token_id: z.int().optional(),
  unknown_token_id: z.int().optional(),
  padding_token_id: z.int().optional(),
  add_bos_token: z.boolean().default(false),
});

/** Types of llama.cpp: what stands for control, and what somebody added. */
const control = 3;
const added = 4;

const byteLevel = (useRegex: boolean): object => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (pattern: string): object => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false,
});

/** As Llama 3 cuts a text, and others by names of their own (llama.cpp's llama-vocab.cpp). */
const llama3 = {
  pre: [
    split(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    byteLevel(false),
  ],
  normalizer: null,
};

/** How a text is cut before pieces are merged, by the names that llama.cpp gives: `pre_tokenizer` and `normalizer` of tokenizer.json. */
const cuts: Readonly<Record<string, { readonly pre: readonly object[]; readonly normalizer: object | null }>> = {
  "gpt-2": { pre: [byteLevel(true)], normalizer: null },
  smollm: { pre: [{ type: "Digits", individual_digits: true }, byteLevel(true)], normalizer: null },
  "llama-bpe": llama3,
  "smaug-bpe": llama3,
  dbrx: llama3,
  qwen2: {
    pre: [
      split(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      ),
      byteLevel(false),
    ],
    normalizer: { type: "NFC" },
  },
};

/** Throws where the file has no tokenizer, or one of another kind. */
export function ggufTokenizer({ path, metadata }: GgufFile): TokenizerFiles {
  const prefix = "tokenizer.ggml.";
  const fields = Object.fromEntries(
    [...metadata].flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
  const parsed = schema.safeParse(fields);
  if (!parsed.success)
    throw new UserError(
      `${path} has no tokenizer that can be read: tokenizer.ggml.${parsed.error.issues[0]?.path.join(".") ?? ""}.`,
    );
  const { model, pre, tokens, token_type, merges, add_bos_token, ...ids } = parsed.data;
  if (model !== "gpt2")
    throw new UserError(
      `${path}: a tokenizer of the kind ${JSON.stringify(model)} is not supported: byte-level BPE (gpt2) is.`,
    );
  const cut = Object.hasOwn(cuts, pre) ? cuts[pre] : undefined;
  if (!cut)
    throw new UserError(
      `${path}: how its tokenizer cuts a text (${JSON.stringify(pre)}) is not known: ${Object.keys(cuts).join(", ")} are. Take the model as a Hugging Face folder.`,
    );
  const of = (id: number | undefined): string | undefined => (id === undefined ? undefined : tokens[id]);
  const special = tokens.flatMap((content, id) => {
    const type = token_type?.[id];
    if (type !== control && type !== added) return [];
    return [
      { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: type === control },
    ];
  });
  const bos = of(ids.bos_token_id);
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: cut.normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers: cut.pre },
    post_processor:
      add_bos_token && bos !== undefined
        ? {
            type: "TemplateProcessing",
            single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
            pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
            special_tokens: { [bos]: { id: bos, ids: [ids.bos_token_id], tokens: [bos] } },
          }
        : null,
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...named("bos_token", bos),
    ...named("eos_token", of(ids.eos_token_id)),
    ...named("unk_token", of(ids.unknown_token_id)),
    ...named("pad_token", of(ids.padding_token_id)),
  };
  const template = metadata.get("tokenizer.chat_template");
  return {
    "tokenizer.json": JSON.stringify(tokenizer),
    "tokenizer_config.json": JSON.stringify(config, null, 2),
    "chat_template.jinja": typeof template === "string" ? template : null,
    "generation_config.json": null,
  };
}

const named = (name: string, token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { [name]: token };
