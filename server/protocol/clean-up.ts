/** Questions and answers about room on the disk. */
import * as z from "zod";

/** What could be deleted: numbers per token of a run's older rollouts, whose texts and scores stay, or a checkpoint that nothing builds on. */
export const cleanUpItemSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("numbers"),
    folder: z.string(),
    bytes: z.number(),
    rollouts: z.int(),
    /** Of each stage's last so many steps they stay. */
    keepSteps: z.int().nonnegative(),
  }),
  z.object({ kind: z.literal("checkpoint"), folder: z.string(), bytes: z.number(), name: z.string() }),
]);
export type CleanUpItem = z.infer<typeof cleanUpItemSchema>;

/** What stays, whatever else could go. */
export const retentionSchema = z.object({
  /** Of each stage's last so many steps with rollouts the numbers per token. */
  keepSteps: z.int().nonnegative(),
  /** Of each stage the newest so many checkpoints, beside those that something builds on. */
  keepCheckpoints: z.int().nonnegative(),
});

/** Steps of each stage whose numbers per token stay, when nobody says otherwise. */
export const usualKeepSteps = 10;
