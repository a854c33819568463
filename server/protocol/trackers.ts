/** Metrics that another tool wrote, as the curves page shows them. */
import * as z from "zod";
import { curveAxisSchema, curveOverviewSchema, curvePictureRequestSchema } from "./curves";
import { healthNotesSchema } from "./health";

export const trackerOverviewSchema = z.object({
  /** `TensorBoard` */
  tool: z.string(),
  /** Stages are the runs there. */
  overview: curveOverviewSchema,
  /** Sentences on what was not read, and why. */
  notes: z.array(z.string()).readonly(),
  health: healthNotesSchema,
});
export type TrackerOverview = Readonly<z.infer<typeof trackerOverviewSchema>>;

/** Absolute path of a file, or of a folder of files. */
const file = z.object({ file: z.string() });

export const trackerRequestSchema = file.extend({
  /** Name of a run there; null: the last, `*`: all. */
  stage: z.string().nullable(),
});

export const trackerPictureRequestSchema = file.extend({
  stages: z.array(z.string()),
  ...curvePictureRequestSchema.shape,
});

export const trackerRowRequestSchema = file.extend({
  stages: z.array(z.string()),
  axis: curveAxisSchema,
  at: z.union([z.object({ x: z.number() }), z.object({ stage: z.string(), step: z.number() })]),
  keys: z.array(z.string()).max(400),
});
