/** The rollouts of one prompt over a run. */
import * as z from "zod";
import { rolloutPurposeSchema, rolloutSummarySchema } from "./traces";

export const promptRolloutSchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  sample: z.int(),
  extracted: z.string().nullable(),
  correct: z.union([z.literal(0), z.literal(1)]).nullable(),
  reward: z.number().nullable(),
  length: z.int(),
  finishReason: rolloutSummarySchema.shape.finishReason,
  /** The answer of greedy decoding, which was not drawn. */
  greedy: z.boolean(),
});
export type PromptRollout = Readonly<z.infer<typeof promptRolloutSchema>>;

export const promptHistorySchema = z.object({
  /** In order of the run. */
  rollouts: z.array(promptRolloutSchema),
  /** There are more than are listed: these are the newest. */
  more: z.boolean(),
});
export type PromptHistory = z.infer<typeof promptHistorySchema>;
