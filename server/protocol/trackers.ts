/** Metrics that another tool wrote, as the curves page shows them: a part at a time. */
import * as z from "zod";
import { healthNotesSchema } from "./health";
import { metricsRowSchema } from "./metrics";

export const trackerPartSchema = z.object({
  /** Of the file as it was read; another one is another file, and all parts are asked for again. */
  version: z.string(),
  /** `TensorBoard` */
  tool: z.string(),
  /** `stage` is the name of the run there. */
  rows: z.array(metricsRowSchema).readonly(),
  /** Whether there are more behind these. */
  more: z.boolean(),
  /** Sentences on what was not read, and why. */
  notes: z.array(z.string()).readonly(),
  health: healthNotesSchema,
});
export type TrackerPart = Readonly<z.infer<typeof trackerPartSchema>>;

export const trackerRequestSchema = z.object({
  /** Absolute path of a file, or of a folder of files. */
  file: z.string(),
  /** As the asker knows it; null: not at all. */
  version: z.string().nullable(),
  /** Rows that the asker has of this version. */
  from: z.int().nonnegative(),
});
