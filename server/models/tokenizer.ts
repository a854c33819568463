/** Text to token ids and back, as a checkpoint's `tokenizer.json` says. */
import { join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import * as z from "zod";

export interface Tokenizer {
  readonly size: number;
  readonly eos: number;
  readonly pad: number;
  encode(text: string): number[];
  /** Special tokens (`<eos>`, `<pad>`) are left out. */
  decode(ids: ArrayLike<number>): string;
  /** Text of each token, by id, for views. */
  readonly texts: readonly string[];
  /** Contents of `tokenizer.json` and `tokenizer_config.json`. */
  readonly files: { readonly tokenizer: string; readonly config: string };
}

const specialTokens = ["<pad>", "<eos>"];
const tags = ["<think>", "</think>", "<answer>", "</answer>"];

/** `tokenizer.json` of a new model: one token for each symbol of the task and for each tag. */
export function newTokenizerFiles(symbols: readonly string[]): Tokenizer["files"] {
  const names = [...specialTokens, ...tags, "<unk>", ...symbols];
  const added = (content: string, id: number): object => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: specialTokens.includes(content),
  });
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specialTokens, ...tags].map(added),
    normalizer: null,
    pre_tokenizer: { type: "Split", pattern: { Regex: "[\\s\\S]" }, behavior: "Isolated", invert: false },
    post_processor: null,
    decoder: { type: "Fuse" },
    model: { type: "WordLevel", vocab: Object.fromEntries(names.map((name, id) => [name, id])), unk_token: "<unk>" },
  };
  const config = {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: "<eos>",
    pad_token: "<pad>",
    unk_token: "<unk>",
    clean_up_tokenization_spaces: false,
    model_max_length: 1_000_000,
  };
  return { tokenizer: JSON.stringify(tokenizer, null, 2), config: JSON.stringify(config, null, 2) };
}

/** Reads the two files. Throws, naming the file, when they cannot be used; `folder` is where they come from. */
export function createTokenizer(
  files: Tokenizer["files"],
  ids: { readonly eos: number; readonly pad: number },
  folder = "",
): Tokenizer {
  const content = parseJson(files.tokenizer, join(folder, "tokenizer.json"));
  const config = parseJson(files.config, join(folder, "tokenizer_config.json"));
  const vocabulary = vocabularyOf(content, join(folder, "tokenizer.json"));
  const tokenizer = new HuggingFaceTokenizer(content, config);
  const texts = Array.from(vocabulary, (_, id) => vocabulary[id] ?? "");
  return {
    size: texts.length,
    eos: ids.eos,
    pad: ids.pad,
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode: (tokens) => {
      const kept = Array.from(tokens).filter((id) => id !== ids.eos && id !== ids.pad);
      return kept.length === 0
        ? ""
        : tokenizer.decode(kept, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    },
    texts,
    files,
  };
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not a JSON object.`, { cause: error });
  }
}

const vocabularySchema = z.object({
  model: z.object({
    /** Unigram models list pieces with their scores, by id; the others map texts to ids. */
    vocab: z.union([z.record(z.string(), z.int().nonnegative()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

function vocabularyOf(content: unknown, file: string): (string | undefined)[] {
  const parsed = vocabularySchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`${file}: ${issue.path.join(".")}: ${issue.message}`);
  }
  const { model, added_tokens } = parsed.data;
  const texts: (string | undefined)[] = [];
  if (Array.isArray(model.vocab)) texts.push(...model.vocab.map(([text]) => text));
  else for (const [text, id] of Object.entries(model.vocab)) texts[id] = text;
  for (const { id, content: text } of added_tokens) texts[id] = text;
  return texts;
}
