/** Text to token ids and back, as a checkpoint's `tokenizer.json` says. */
import { join } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import * as z from "zod";
import { parseFields, parseJson } from "./json-file";
import { tokenTextOf } from "./token-texts";
import { turnEnd } from "./turn-end";
import { UserError } from "../shared/user-error";
import type { ChatTemplates } from "./chat";

/** Files that a model is saved with as they were loaded; null: there is none. */
export interface TokenizerFiles {
  readonly "tokenizer.json": string;
  readonly "tokenizer_config.json": string;
  readonly "chat_template.jinja": string | null;
  readonly "generation_config.json": string | null;
  /** `additional_chat_templates/NAME.jinja` by name. */
  readonly additionalTemplates?: Readonly<Record<string, string>>;
}

/** How conversations become text. */
export interface ChatSettings {
  /** Name of the template; unset: the default one. */
  readonly template?: string;
  /** Variables that the template reads beside the messages (TRL: `chat_template_kwargs`). */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** Ids that a model's configuration names. */
export interface TokenIds {
  /** Ids that end a sequence. */
  readonly eos: readonly number[];
  readonly pad: number | null;
  /** Rows of the model's embedding; unset: as many as the tokenizer has tokens. */
  readonly vocabulary?: number;
}

export interface Tokenizer extends ChatTemplates {
  /** Ids that the model knows. */
  readonly size: number;
  /**
   * What a completion ends with in training: the end of the assistant's turn in the chat template where prompts go through it, else the tokenizer's
   * own end of sequence, else the first that the configuration names.
   */
  readonly eos: number;
  /** Ids that end a completion when they are sampled, `eos` among them. */
  readonly stops: readonly number[];
  readonly pad: number;
  /** Of a completion, or of a text that names its special tokens itself. Throws when a token is none that the model knows. */
  encode(text: string): number[];
  /**
   * Of a text that a sequence begins with: what `tokenizer.json` puts before a text (a beginning of sequence) stands before it, unless the text
   * names it already; what would stand behind is left out, for the text goes on. Throws as `encode`.
   */
  encodeBeginning(text: string): number[];
  /** The special token that a text begins with, of those that the model knows; null: it begins with none. */
  special(text: string): number | null;
  /** Tokens that end a completion, and padding, are left out. */
  decode(ids: ArrayLike<number>): string;
  /** Text of all tokens, those that `decode` leaves out too. */
  decodeAll(ids: ArrayLike<number>): string;
  /** Text of each token, by id, for views. */
  readonly texts: readonly string[];
  readonly files: TokenizerFiles;
}

const specialTokens = ["<pad>", "<eos>"];
const tags = ["<think>", "</think>", "<answer>", "</answer>"];

/** Files of a new model's tokenizer: one token for each symbol of the task and for each tag. Throws for one that no file can hold. */
export function newTokenizerFiles(symbols: readonly string[]): TokenizerFiles {
  const half = symbols.find((symbol) => !symbol.isWellFormed());
  if (half !== undefined)
    throw new UserError(
      `A text of the data holds half a character, ${JSON.stringify(half)}: no tokenizer can hold it.`,
    );
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
  return {
    "tokenizer.json": JSON.stringify(tokenizer, null, 2),
    "tokenizer_config.json": JSON.stringify(config, null, 2),
    "chat_template.jinja": null,
    "generation_config.json": null,
  };
}

const objectSchema = z.record(z.string(), z.unknown());
const specialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const configSchema = z.object({
  bos_token: specialToken,
  eos_token: specialToken,
  unk_token: specialToken,
  sep_token: specialToken,
  pad_token: specialToken,
  cls_token: specialToken,
  mask_token: specialToken,
  /** One template, or several by name. */
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
});

/**
 * Makes a tokenizer of its files. Throws, naming the file, when they cannot be used; `folder` is where they come from. `chat`: given where prompts go
 * through the chat template.
 */
export function createTokenizer(files: TokenizerFiles, ids: TokenIds, folder = "", chat?: ChatSettings): Tokenizer {
  const file = join(folder, "tokenizer.json");
  const configFile = join(folder, "tokenizer_config.json");
  const content = parseFields(objectSchema, parseJson(files["tokenizer.json"], file), file);
  const config = parseFields(objectSchema, parseJson(files["tokenizer_config.json"], configFile), configFile);
  const { chat_template, ...special } = parseFields(configSchema, config, configFile);
  const { texts: vocabulary, named } = vocabularyOf(content, file);
  const size = ids.vocabulary ?? vocabulary.length;
  const idOf = (token: string | null | undefined): number | undefined => {
    const id = token == null ? -1 : vocabulary.indexOf(token);
    return id < 0 ? undefined : id;
  };
  const own = idOf(special.eos_token);
  const configured = own ?? ids.eos[0];
  if (configured === undefined) {
    throw new UserError(
      `${configFile}: eos_token: no token ends a completion. Name one that tokenizer.json has, or set eos_token_id in config.json.`,
    );
  }
  const templates = templatesOf(files, chat_template);
  const conversations = {
    special: (text: string) => named.find((token) => token.id < size && text.startsWith(token.content))?.id ?? null,
    chatTemplate: templates.get(chat?.template ?? "default") ?? null,
    chatTemplateKwargs: chat?.kwargs ?? {},
    specialTokens: Object.fromEntries(
      Object.entries(special).flatMap(([name, token]) => (token == null ? [] : [[name, token]])),
    ),
  };
  const eos = (chat ? turnEnd(conversations) : null) ?? configured;
  const pad = ids.pad ?? idOf(special.pad_token) ?? eos;
  const stops = [...new Set([eos, ...(own === undefined ? [] : [own]), ...ids.eos])];
  const hidden = new Set([...stops, pad]);
  const tokenizer = new HuggingFaceTokenizer(content, config);
  const textOf = tokenTextOf(content["decoder"]);
  const decode = (kept: number[]): string =>
    kept.length === 0
      ? ""
      : tokenizer.decode(kept, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  const known = (encoded: number[]): number[] => {
    const unknown = encoded.find((id) => id >= size);
    if (unknown === undefined) return encoded;
    throw new UserError(
      `${file}: the token ${vocabulary[unknown]!} has the id ${unknown}, and the model has ${size} tokens only.`,
    );
  };
  const encode = (text: string): number[] => known(tokenizer.encode(text, { add_special_tokens: false }).ids);
  const beginning = beginningOf(tokenizer, idOf);
  return {
    ...conversations,
    size,
    eos,
    stops,
    pad,
    encode,
    encodeBeginning: (text) => {
      const encoded = encode(text);
      return beginning.every((id, index) => encoded[index] === id) ? encoded : known([...beginning, ...encoded]);
    },
    decode: (tokens) => decode(Array.from(tokens).filter((id) => !hidden.has(id) && vocabulary[id] !== undefined)),
    decodeAll: (tokens) => decode(Array.from(tokens).filter((id) => vocabulary[id] !== undefined)),
    texts: Array.from({ length: size }, (_, id) => textOf(vocabulary[id] ?? "")),
    chatTemplates: [...templates.keys()],
    chatTemplateName: chat?.template ?? null,
    files,
  };
}

/** By name: those of `tokenizer_config.json`, and before them those in files of their own, as in transformers. */
function templatesOf(
  files: TokenizerFiles,
  configured: z.infer<typeof configSchema>["chat_template"],
): ReadonlyMap<string, string> {
  const file = files["chat_template.jinja"];
  const additional = Object.entries(files.additionalTemplates ?? {});
  if (file !== null || additional.length > 0)
    return new Map([...(file === null ? [] : [["default", file] as const]), ...additional]);
  if (Array.isArray(configured)) return new Map(configured.map(({ name, template }) => [name, template]));
  return new Map(configured == null ? [] : [["default", configured]]);
}

/**
 * What the `post_processor` of `tokenizer.json` puts before a text: it alone says so, as in transformers 5, whatever `add_bos_token` of
 * `tokenizer_config.json` is.
 */
function beginningOf({ post_processor }: HuggingFaceTokenizer, idOf: (token: string) => number | undefined): number[] {
  // No token of any vocabulary: it shows where the text's own would stand.
  const text = "\0text\0";
  const tokens = post_processor?.post_process([text], null, true).tokens ?? [text];
  return tokens.slice(0, Math.max(0, tokens.indexOf(text))).flatMap((token) => idOf(token) ?? []);
}

/** No vocabulary is larger: an id of billions would make a list of as many. */
const idSchema = z
  .int()
  .nonnegative()
  .max(2 ** 24, "is no id of a vocabulary: they are at most 16,777,216");

const vocabularySchema = z.object({
  model: z.object({
    /** Unigram models list pieces with their scores, by id; the others map texts to ids. */
    vocab: z.union([z.record(z.string(), idSchema), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  added_tokens: z
    .array(z.object({ id: idSchema, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
});

interface Vocabulary {
  /** By id. */
  readonly texts: readonly (string | undefined)[];
  /** Special tokens, which are such wherever they stand in a text, the longest first. */
  readonly named: readonly { readonly id: number; readonly content: string }[];
}

function vocabularyOf(content: unknown, file: string): Vocabulary {
  const { model, added_tokens } = parseFields(vocabularySchema, content, file);
  const texts: (string | undefined)[] = [];
  if (Array.isArray(model.vocab)) for (const [text] of model.vocab) texts.push(text);
  else for (const [text, id] of Object.entries(model.vocab)) texts[id] = text;
  for (const { id, content: text } of added_tokens) texts[id] = text;
  const named = added_tokens.filter(({ special, content: text }) => special && text !== "");
  return { texts, named: named.sort((a, b) => b.content.length - a.content.length) };
}
