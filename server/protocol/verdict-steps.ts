/** How a verifier comes to its verdict on one completion, step by step. */
import * as z from "zod";

export const verdictStepsSchema = z.object({
  /** Which verifier says so: the end of "judged by". */
  by: z.string(),
  /** 1 right, 0 wrong, null: nothing can be said. */
  score: z.union([z.literal(0), z.literal(1)]).nullable(),
  /** What was read, how, and how it was compared. */
  rows: z.array(z.object({ name: z.string(), value: z.string() })),
  /** A sentence where the stored verdict is another one; null: it is the same, or there is none. */
  differs: z.string().nullable(),
});
export type VerdictSteps = z.infer<typeof verdictStepsSchema>;
