/** The tokens of a rollout with their numbers, as the store has them. */
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { TraceTokensParams } from "../protocol/editor";
import { givenPart, type TokenPart } from "../protocol/token-numbers";
import { mostTopLogprobs, noTokenRecords, type TokenRecords, type TopLogprobs } from "../protocol/traces";

export interface StoredTokens extends TokenRecords {
  /** Of the ids that occur, where the store knows their texts. */
  readonly texts: ReadonlyMap<number, string>;
  /** Names of arrays that are stored with another length than the tokens have: they are null. */
  readonly damaged: readonly string[];
}

export const noTokens: StoredTokens = { ...noTokenRecords, texts: new Map(), damaged: [] };

const blob = z.instanceof(Uint8Array);
export const tokenRowSchema = z.object({
  tokens: blob,
  logprobs: blob.nullable(),
  old_logprobs: blob.nullable(),
  reference_logprobs: blob.nullable(),
  entropy: blob.nullable(),
  ratio: blob.nullable(),
  clipped: blob.nullable(),
  /** Unset: of a store of an older version. */
  top_tokens: blob.nullable().optional(),
  top_logprobs: blob.nullable().optional(),
});

/** A copy of its own, which begins where a typed array may. */
const bufferOf = (bytes: Uint8Array): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
};

/** What a row of `rollout_tokens` holds; an array of another length than the tokens have is left out, and named. */
export function tokensIn(row: z.infer<typeof tokenRowSchema>): Omit<StoredTokens, "texts"> {
  const count = Math.floor(row.tokens.byteLength / 4);
  const damaged: string[] = row.tokens.byteLength === 4 * count ? [] : ["tokens"];
  const checked = (bytes: Uint8Array | null, size: number, name: string): ArrayBuffer | null => {
    if (bytes === null) return null;
    if (bytes.byteLength === size * count) return bufferOf(bytes);
    damaged.push(name);
    return null;
  };
  const floats = (bytes: Uint8Array | null, name: string): Float32Array | null => {
    const buffer = checked(bytes, 4, name);
    return buffer && new Float32Array(buffer);
  };
  const flags = checked(row.clipped, 1, "clipped");
  return {
    tokens: new Int32Array(bufferOf(row.tokens), 0, count),
    logprobs: floats(row.logprobs, "logprobs"),
    oldLogprobs: floats(row.old_logprobs, "old_logprobs"),
    referenceLogprobs: floats(row.reference_logprobs, "reference_logprobs"),
    entropy: floats(row.entropy, "entropy"),
    ratio: floats(row.ratio, "ratio"),
    clipped: flags && new Uint8Array(flags),
    top: topIn(row, count, damaged),
    damaged,
  };
}

/** Null where none are stored, or other numbers of them than so many of each token. */
function topIn(
  { top_tokens: ids, top_logprobs: logprobs }: Pick<z.infer<typeof tokenRowSchema>, "top_tokens" | "top_logprobs">,
  tokens: number,
  damaged: string[],
): TopLogprobs | null {
  if (!ids && !logprobs) return null;
  const count = (ids?.byteLength ?? 0) / (4 * tokens);
  if (
    ids &&
    logprobs?.byteLength === ids.byteLength &&
    Number.isInteger(count) &&
    count <= mostTopLogprobs &&
    count > 0
  )
    return { count, ids: new Int32Array(bufferOf(ids)), logprobs: new Float32Array(bufferOf(logprobs)) };
  damaged.push("top_logprobs");
  return null;
}

/** {@link noTokens} where they are not there. Of a `first` part the texts are those of the tokens alone: a vocabulary may stand beside them. */
export function readTokens(
  database: DatabaseSync,
  key: Omit<TraceTokensParams, "folder">,
  part: TokenPart,
): StoredTokens {
  const found = database
    .prepare(
      `SELECT t.* FROM rollouts r JOIN rollout_tokens t USING (id)
       WHERE r.stage = ? AND r.step = ? AND r.purpose = ? AND r.group_index = ? AND r.sample = ?`,
    )
    .get(key.stage, key.step, key.purpose, key.group, key.sample);
  if (found === undefined) return noTokens;
  const stored = tokensIn(tokenRowSchema.parse(found));
  const ids = new Set(stored.tokens);
  if (givenPart(part, stored.tokens.length) !== "first") for (const id of stored.top?.ids ?? []) ids.add(id);
  const texts = new Map<number, string>();
  const named = database.prepare("SELECT id, text FROM vocabulary WHERE id IN (SELECT value FROM json_each(?))");
  for (const { id, text } of named.iterate(JSON.stringify([...ids])))
    if (typeof id === "number" && typeof text === "string") texts.set(id, text);
  return { ...stored, texts };
}
