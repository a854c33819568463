/** Files of rollouts that another tool wrote: what they are, which columns become what, and what was left out. */
import * as z from "zod";

const column = z.string().nullable();

/** Which column of a table is what; null: none is. A path with dots names a column within another. */
export const columnMappingSchema = z.object({
  prompt: z.string(),
  completion: z.string(),
  /** Gold answer. */
  answer: column,
  /** A verdict: true or 1, false or 0. */
  correct: column,
  /** The total reward; null: the sum of {@link rewards}. */
  reward: column,
  /** Rewards with a name of their own: that of the column. */
  rewards: z.array(z.string()).max(100),
  advantage: column,
  /** What all samples of one prompt have in common; null: the prompt itself. */
  group: column,
  /** Step of training; null: the number in the name of the file, else 0. */
  step: column,
  /** Tokens of the completion. */
  tokens: column,
});
export type ColumnMapping = Readonly<z.infer<typeof columnMappingSchema>>;

/** A column as the form shows it. */
export const fileColumnSchema = z.object({
  name: z.string(),
  /** What its first rows hold: `text`, `number`, `text or nothing`. */
  holds: z.string(),
  /** Of the first row that has it, cut. */
  example: z.string(),
});
export type FileColumn = Readonly<z.infer<typeof fileColumnSchema>>;

const file = z.object({
  /** In words: `completions of TRL`. */
  tool: z.string(),
  /** Another one for files with other columns: a choice of columns is remembered by it. Null: the format says what is what. */
  shape: z.string().nullable(),
  columns: z.array(fileColumnSchema).readonly(),
  mapping: columnMappingSchema.nullable(),
  /** How many files of a series there are, this one included. */
  series: z.int().positive(),
});

export const rolloutFileSchema = z.discriminatedUnion("state", [
  /** Prompt and completion are not known: somebody has to say. */
  file.extend({ state: z.literal("unmapped") }),
  /** Is being read; `share` of 1, null: nobody knows. The same question goes on with it. */
  file.extend({ state: z.literal("reading"), share: z.number().nullable(), rollouts: z.int() }),
  file.extend({
    state: z.literal("ready"),
    rollouts: z.int(),
    /** What became what, a sentence each. */
    became: z.array(z.string()).readonly(),
    /** What was not read, dropped or changed, and why: a sentence each. */
    notes: z.array(z.string()).readonly(),
  }),
]);
export type RolloutFile = Readonly<z.infer<typeof rolloutFileSchema>>;

/** Which file, and how it is read. */
export const rolloutFileRequestSchema = z.object({
  /** Absolute path. */
  file: z.string(),
  /** Null: by the names of its columns. */
  mapping: columnMappingSchema.nullable(),
  /** With the other files of its series: those of other steps beside it. */
  whole: z.boolean(),
  /** Only say what it is: nothing is read of its rollouts yet. */
  look: z.boolean(),
});
export type RolloutFileRequest = Readonly<z.infer<typeof rolloutFileRequestSchema>>;
