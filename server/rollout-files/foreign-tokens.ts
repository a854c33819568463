/** Tokens of a completion as files of other tools have them: by their texts, as OpenAI's `logprobs`, or by ids. */
import * as z from "zod";
import { mostTokens, textIds } from "../protocol/token-numbers";
import { mostTopLogprobs, noTokenRecords, type TokenRecords } from "../protocol/traces";

/** What a file says of tokens and of the likeliest of each place; log-probabilities are NaN where it does not. */
export type ForeignTokens =
  | { readonly by: "ids"; readonly ids: Int32Array; readonly logprobs: Float32Array | null }
  | {
      readonly by: "texts";
      readonly texts: readonly string[];
      readonly logprobs: Float32Array;
      /** `[tokens]` the likeliest of each place, the likeliest first. */
      readonly top: readonly (readonly TokenText[])[];
    };

interface TokenText {
  readonly token: string;
  readonly logprob: number;
}

const tokenSchema = z.looseObject({ token: z.string(), logprob: z.number().catch(NaN) });
const contentSchema = z.array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() })).max(mostTokens);

/** `content` of a choice's `logprobs`. Null: it is not as OpenAI writes it. */
export function tokensOfContent(content: unknown): ForeignTokens | null {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) return null;
  return {
    by: "texts",
    texts: parsed.data.map(({ token }) => token),
    logprobs: Float32Array.from(parsed.data, ({ logprob }) => logprob),
    top: parsed.data.map(({ top_logprobs }) => (top_logprobs ?? []).slice(0, mostTopLogprobs)),
  };
}

/** Different texts of tokens of one file that are kept: several times the largest vocabulary. */
const mostTexts = 1_000_000;
/** Characters of a token's text that are kept. */
const longestText = 1000;

/** Texts of a file's tokens, each with an id that stands for it. */
export interface TokenTexts {
  /** −1: there are too many. */
  idOf(text: string): number;
  readonly all: () => string[];
}

export function tokenTexts(): TokenTexts {
  const ids = new Map<string, number>();
  return {
    idOf(text) {
      const kept = text.slice(0, longestText).toWellFormed();
      const known = ids.get(kept);
      if (known !== undefined) return known;
      if (ids.size === mostTexts) return -1;
      const id = textIds + ids.size;
      ids.set(kept, id);
      return id;
    },
    all: () => [...ids.keys()],
  };
}

/** As a store holds them. */
export function tokenRecords(tokens: ForeignTokens | null, texts: TokenTexts): TokenRecords {
  if (tokens === null) return noTokenRecords;
  if (tokens.by === "ids") return { ...noTokenRecords, tokens: tokens.ids, oldLogprobs: tokens.logprobs };
  const count = Math.max(0, ...tokens.top.map(({ length }) => length));
  const ids = new Int32Array(count * tokens.texts.length).fill(-1);
  const logprobs = new Float32Array(ids.length).fill(NaN);
  tokens.top.forEach((found, token) => {
    found.forEach(({ token: text, logprob }, place) => {
      ids[token * count + place] = texts.idOf(text);
      logprobs[token * count + place] = logprob;
    });
  });
  return {
    ...noTokenRecords,
    tokens: Int32Array.from(tokens.texts, (text) => texts.idOf(text)),
    oldLogprobs: tokens.logprobs,
    top: count === 0 ? null : { count, ids, logprobs },
  };
}
