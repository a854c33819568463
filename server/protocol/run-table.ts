/** A table of runs: what the list of runs does not say of them. */
import * as z from "zod";

const runRowSchema = z.object({
  folder: z.string(),
  /** By setting of the table, as JSON; null: the run's recipe has none. */
  settings: z.array(z.string().nullable()),
  /** Newest numbers by metric. */
  newest: z.record(z.string(), z.number()),
  /** On the disk; null: not known yet. */
  bytes: z.number().nullable(),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const runTableSchema = z.object({
  /** Settings that are not the same in all runs: those that tell most of them apart. */
  settings: z.array(z.string()),
  /** Further ones that have no column. */
  moreSettings: z.int().nonnegative(),
  /** Metrics whose newest numbers are in the table. */
  numbers: z.array(z.string()),
  rows: z.array(runRowSchema),
});
export type RunTable = z.infer<typeof runTableSchema>;

/** What deleting a run would take along, for whoever is asked. */
export const deletePlanSchema = z.object({
  bytes: z.number(),
  /** Runs that build on one of its checkpoints. */
  usedBy: z.array(z.object({ folder: z.string(), title: z.string() })),
});
