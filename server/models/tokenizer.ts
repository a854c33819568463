/** Text to token ids and back, as a checkpoint's `tokenizer.json` says. */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";

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
    pre_tokenizer: { type: "Split", pattern: { Regex: "." }, behavior: "Isolated", invert: false },
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

/** Reads the two files. Throws, naming the file, when they cannot be used. */
export function createTokenizer(
  files: Tokenizer["files"],
  ids: { readonly eos: number; readonly pad: number },
): Tokenizer {
  const tokenizer = new HuggingFaceTokenizer(JSON.parse(files.tokenizer) as object, JSON.parse(files.config) as object);
  const vocabulary = vocabularyOf(files.tokenizer);
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

function vocabularyOf(tokenizerJson: string): (string | undefined)[] {
  const parsed = JSON.parse(tokenizerJson) as {
    model?: { vocab?: Record<string, number> };
    added_tokens?: { id: number; content: string }[];
  };
  const texts: (string | undefined)[] = [];
  for (const [text, id] of Object.entries(parsed.model?.vocab ?? {})) texts[id] = text;
  for (const { id, content } of parsed.added_tokens ?? []) texts[id] = content;
  if (texts.length === 0) throw new Error("tokenizer.json has no vocabulary (`model.vocab`).");
  return texts;
}
