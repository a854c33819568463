/** The tokens of one rollout with their numbers, as they cross to the page: columns of typed arrays as base64, little-endian. */
import * as z from "zod";
import { mostTopLogprobs } from "./traces";

/** Tokens of one rollout that are shown: four times those of the longest context of today. */
export const mostTokens = 1 << 22;

/** Numbers of likeliest tokens of one rollout that are shown: of 200,000 tokens ten each. */
export const mostTop = 1 << 21;

/** Ids from here on stand for the texts of a file that names none: they are no ids of a tokenizer. */
export const textIds = 1 << 30;

/**
 * What of a rollout's tokens is asked for. `first`: what a strip of them shows, their ids, texts and own log-probabilities; `rest`: all other numbers. So a
 * long rollout is seen before a megabyte of them has crossed; a short one comes whole with `first`.
 */
export const tokenPartSchema = z.enum(["whole", "first", "rest"]);
export type TokenPart = z.infer<typeof tokenPartSchema>;

/** Tokens of a rollout that comes whole. */
const mostAtOnce = 4096;

/** What is given of so many tokens where a part is asked for. */
export const givenPart = (asked: TokenPart, tokens: number): TokenPart =>
  asked === "first" && tokens <= mostAtOnce ? "whole" : asked;

/** Base64 of a typed array; who reads it checks its length against the number of tokens. */
const packed = z.string();

/** float32, `[tokens]` each; NaN where a number was not computed. */
export const tokenColumns = ["logprob", "oldLogprob", "referenceLogprob", "entropy", "ratio", "kl"] as const;
export type TokenColumn = (typeof tokenColumns)[number];

const column = packed.nullable();

export const packedTokensSchema = z.object({
  /** 0: none are stored. */
  count: z.int().nonnegative().max(mostTokens),
  /** Whether there are other numbers, which come with the rest. */
  pending: z.boolean(),
  /** int32 `[tokens]`; empty in the rest. */
  ids: packed,
  /** Of the ids that occur; one that is not among them has no known text. */
  texts: z.array(z.object({ id: z.int(), text: z.string() })),
  columns: z.object({
    /** log π of the policy before the update, at the sampling temperature. */
    logprob: column,
    /** log π recorded while sampling. */
    oldLogprob: column,
    referenceLogprob: column,
    entropy: column,
    ratio: column,
    /** KL to the reference policy by `klEstimator`, of `logprob`, or where that is missing of `oldLogprob`. */
    kl: column,
  }),
  /** uint8 `[tokens]`: 1 where the clip of the policy loss was active. */
  clipped: column,
  /** The likeliest tokens of each place, the likeliest first: int32 ids and float32 log-probabilities, `[tokens, count]`. */
  top: z.object({ count: z.int().min(1).max(mostTopLogprobs), ids: packed, logprobs: packed }).nullable(),
  /** A sentence on why the likeliest are stored but not shown; null: they are shown, or not stored. */
  topProblem: z.string().nullable(),
  /** That of the stage; null: no KL. */
  klEstimator: z.enum(["k1", "k2", "k3"]).nullable(),
  /** What was stored with another length than the tokens have, and left out. */
  damaged: z.array(z.string()),
});
export type PackedTokens = z.infer<typeof packedTokensSchema>;
