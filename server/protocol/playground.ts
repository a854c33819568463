/** Talking to a checkpoint: what is sampled, and what the process that holds the model is asked and says. */
import * as z from "zod";
import { usableEngineSchema } from "./engine";
import { chatMessageSchema } from "./conversation";
import { rewardOutcomeSchema } from "./traces";

/** Samples that are drawn at a time, at most. */
export const mostSamples = 64;
/** Tokens of one answer, at most. */
export const mostTokens = 32_768;
export const mostTemperature = 100;
/** Likeliest tokens that are told of each place. */
export const alternativesTold = 8;

/** How answers are drawn; a temperature of 0 takes the likeliest token each time. */
export const playSettingsSchema = z.object({
  samples: z.int().min(1).max(mostSamples),
  temperature: z.number().min(0).max(mostTemperature),
  top_k: z.int().min(0),
  top_p: z.number().gt(0).max(1),
  min_p: z.number().min(0).max(1),
  max_completion_length: z.int().min(1).max(mostTokens),
  seed: z.int().min(0),
});
export type PlaySettings = z.infer<typeof playSettingsSchema>;

/** What the model is asked: `conversation` as tasks make it, with a system message or earlier turns. */
export const playPromptSchema = z.object({
  prompt: z.string(),
  conversation: z.array(chatMessageSchema).optional(),
});

/** A token as the model sees it: id, text, and log-probability (nats) in its whole distribution. */
const likelySchema = z.object({ id: z.int(), text: z.string(), logprob: z.number() });

export const playTokenSchema = likelySchema.extend({
  /** Of the distribution that it was drawn from, nats. */
  entropy: z.number(),
  /** The likeliest tokens of its place, itself among them or not; the likeliest first. */
  alternatives: z.array(likelySchema).max(alternativesTold),
  /** Kept from another answer, chosen by hand, or inserted to close a thinking, in place of being drawn. */
  given: z.boolean(),
});
export type PlayToken = z.infer<typeof playTokenSchema>;

/** `written`: a person wrote it. */
export const playEndSchema = z.enum(["stop", "length", "written", "cancelled"]);
export type PlayEnd = z.infer<typeof playEndSchema>;

/** An answer as far as it is drawn; `end` null: it goes on. */
export const playAnswerSchema = z.object({
  tokens: z.array(playTokenSchema),
  /** As rewards get it: with what the prompt began of it, without end tokens. */
  completion: z.string(),
  end: playEndSchema.nullable(),
});
export type PlayAnswer = z.infer<typeof playAnswerSchema>;

/** What is known of a checkpoint that is loaded. */
export const loadedModelSchema = z.object({
  parameters: z.int(),
  engine: z.string(),
  /** Whether prompts go through its chat template. */
  chat: z.boolean(),
  positions: z.int(),
  vocabulary: z.int(),
  seconds: z.number(),
});
export type LoadedModel = z.infer<typeof loadedModelSchema>;

/** A held-out row of the recipe's task. `columns`: its JSON, as rewards get it. */
export const playRowSchema = playPromptSchema.extend({
  answer: z.string(),
  columns: z.string(),
  /** Of how many it is one, as far as they were drawn. */
  of: z.int(),
});
export type PlayRow = z.infer<typeof playRowSchema>;

export const toPlaygroundSchema = z.discriminatedUnion("type", [
  /** First message. Answered by `loaded`. */
  z.object({
    type: z.literal("load"),
    id: z.int(),
    /** Folder of a checkpoint. */
    checkpoint: z.string(),
    recipe: z.unknown(),
    recipeFolder: z.string(),
    engine: z.enum(["auto", "simd", "tensorflow", "cpu"]),
    tensorflow: usableEngineSchema.nullable(),
  }),
  /** Answered by `drawn` as tokens come, the last with `done`. `prefix`: ids that every answer begins with; `from`: the first that is no longer another answer's. */
  z.object({
    type: z.literal("sample"),
    id: z.int(),
    asked: playPromptSchema,
    prefix: z.array(z.int().nonnegative()).max(mostTokens),
    settings: playSettingsSchema,
  }),
  /** The tokens of a written answer. Answered by `drawn` with `done`. */
  z.object({ type: z.literal("read"), id: z.int(), asked: playPromptSchema, text: z.string() }),
  /** A prompt as the model sees it. Answered by `seen`. */
  z.object({ type: z.literal("see"), id: z.int(), asked: playPromptSchema }),
  /** A held-out row, from 0. Answered by `row`. */
  z.object({ type: z.literal("row"), id: z.int(), number: z.int().nonnegative() }),
  /** Ends a `sample` with what is drawn. */
  z.object({ type: z.literal("stop"), id: z.int() }),
]);
export type ToPlayground = z.infer<typeof toPlaygroundSchema>;

export const fromPlaygroundSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("loaded"), id: z.int(), model: loadedModelSchema }),
  /** What is new since the last: of each answer its new tokens, and its text and end as they are now. */
  z.object({ type: z.literal("drawn"), id: z.int(), answers: z.array(playAnswerSchema), done: z.boolean() }),
  z.object({ type: z.literal("seen"), id: z.int(), text: z.string(), ids: z.array(z.int()) }),
  z.object({ type: z.literal("row"), id: z.int(), row: playRowSchema }),
  /** What the question failed with, for people. */
  z.object({ type: z.literal("failed"), id: z.int(), message: z.string() }),
]);
export type FromPlayground = z.infer<typeof fromPlaygroundSchema>;

/** What rewards and verifier say of answers. */
export const playScoresSchema = z.object({
  names: z.array(z.string()),
  weights: z.array(z.number()),
  outcomes: z.array(z.record(z.string(), rewardOutcomeSchema)),
  totals: z.array(z.number().nullable()),
  /** How the maths verifier judges each by the gold answer, in lines to read; null: there is no gold answer. */
  verdicts: z.array(z.object({ score: z.number().nullable(), report: z.string() })).nullable(),
});
export type PlayScores = z.infer<typeof playScoresSchema>;

/** A checkpoint of a run that can be talked to, loaded. */
export const playgroundSchema = z.object({
  /** Folder name of the one that is loaded. */
  checkpoint: z.string(),
  /** Those of the run that are policies, of its last stage and step first. */
  checkpoints: z.array(z.string()),
  model: loadedModelSchema,
  /** As the recipe's evaluation samples. */
  settings: playSettingsSchema,
});
export type PlaygroundState = z.infer<typeof playgroundSchema>;
