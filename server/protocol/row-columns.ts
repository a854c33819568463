/** What a reward is given of a task's row: names and types of its columns, and an example. */
import * as z from "zod";

export const rowColumnSchema = z.object({
  name: z.string(),
  /** In TypeScript. */
  type: z.string(),
  /** Not every row has it. */
  optional: z.boolean(),
});
export type RowColumn = z.infer<typeof rowColumnSchema>;

export const rowColumnsSchema = z.object({
  columns: z.array(rowColumnSchema),
  /** Sentences on data that could not be read. */
  problems: z.array(z.string()),
});
export type RowColumns = z.infer<typeof rowColumnsSchema>;

export const rewardExampleSchema = z.object({
  stage: z.string(),
  step: z.int(),
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  /** Columns of the row as JSON, by name. */
  row: z.record(z.string(), z.string()),
});
export type RewardExample = z.infer<typeof rewardExampleSchema>;
