/** The numbers of runs as a page draws them: as many places as it has pixels, each with the lowest and the highest number there. */
import * as z from "zod";
import { damagedLinesSchema } from "./damaged-lines";
import { packedSchema } from "./packed";

/** `hours`: on the clock of the wall since the first row. */
export const curveAxisSchema = z.enum(["step", "tokens", "hours"]);
export type CurveAxis = z.infer<typeof curveAxisSchema>;

/** Runs that stand in one picture. */
export const mostRuns = 12;

/** All stages of a run, one after the other. */
export const allStages = "*";

/** Stages of a run, one after the other. */
const stagesSchema = z.array(z.string()).max(200);

/** What is drawn of each run: a metric, or an edge of a band around it. */
export const curveSeriesSchema = z.object({
  key: z.string(),
  /** The metric less another one, or with it: an edge of `key ± spread`. Null: the metric itself. */
  edge: z.object({ spread: z.string(), side: z.enum(["low", "high"]) }).nullable(),
  /** Whether it is smoothed as the asker says; evaluations never are. */
  smooth: z.boolean(),
});
export type CurveSeries = z.infer<typeof curveSeriesSchema>;

/** A run, or what some of the runs before it have in common, as far as all of them have come: `low` and `high` are the edges of a band around the mean. */
export const curveSourceSchema = z.union([
  z.object({ folder: z.string(), stages: stagesSchema }),
  z.object({
    of: z.array(z.int().nonnegative()).min(1).max(mostRuns),
    value: z.enum(["mean", "low", "high"]),
    /** Mean ± standard deviation, or from the lowest to the highest. */
    band: z.enum(["deviation", "range"]),
  }),
]);
export type CurveSource = z.infer<typeof curveSourceSchema>;

export const curvePictureRequestSchema = z.object({
  axis: curveAxisSchema,
  series: z.array(curveSeriesSchema).max(400),
  smoothing: z.number().min(0).max(0.99),
  /** Numbers above 0 alone, which a logarithmic scale can show. */
  positive: z.boolean(),
  /** Part of the axis; null: all of it. */
  window: z.tuple([z.number(), z.number()]).nullable(),
  pixels: z.int().min(16).max(8192),
  /** What the asker has: of the version, with places of this width, up to `from`, where it wants to go on. Null: nothing. */
  known: z.object({ version: z.string(), width: z.number(), from: z.number() }).nullable(),
});
export type CurvePictureRequest = z.infer<typeof curvePictureRequestSchema>;

/** A vertical line of the rewards: another source of them scores from here on. */
export const curveEditSchema = z.object({
  x: z.number(),
  stage: z.string(),
  step: z.number(),
  /** Number of the version that scores from here on, over the whole run. */
  version: z.int().positive(),
  before: z.string(),
  after: z.string(),
});

export const curvePictureSchema = z.object({
  version: z.string(),
  /** Of a place on the axis; 0: each row has its own. */
  width: z.number().nonnegative(),
  /** The part of the asker's picture from here on is to be replaced by this one; null: all of it. */
  from: z.number().nullable(),
  /** First and last place of all rows; null: there are none. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  places: z.int().nonnegative(),
  /** `[places]`, not falling. */
  x: packedSchema,
  /** Of the first source: step and time (milliseconds since 1970) of the row at each place, `[places]`. */
  steps: packedSchema,
  times: packedSchema,
  /** Where stages of the first source begin among the places. */
  stages: z.array(z.tuple([z.string(), z.int().nonnegative()])),
  /** Where they begin on the axis. */
  borders: z.array(z.tuple([z.string(), z.number()])),
  /** Of the first source. */
  edits: z.array(curveEditSchema),
  /** Edits that are not among them: the first ones of very many. */
  moreEdits: z.int().nonnegative(),
  /** By source, then by series. `values`: as recorded; `line`: smoothed, null where that is the same. Null: there are no such numbers. */
  columns: z.array(
    z.array(
      z
        .object({
          values: packedSchema,
          line: packedSchema.nullable(),
          /** Whether there are numbers that a logarithmic scale cannot show. */
          left: z.boolean(),
        })
        .nullable(),
    ),
  ),
  /** Sources that have no place on this axis: none of their rows counts tokens, or none of their stages is asked for. */
  unplaced: z.array(z.int().nonnegative()),
});
export type CurvePicture = z.infer<typeof curvePictureSchema>;

/** What there is to draw, and how far it was read. */
export const curveOverviewSchema = z.object({
  version: z.string(),
  /** Bytes that were read, and those that are there. */
  read: z.number().nonnegative(),
  of: z.number().nonnegative(),
  /** Stages with rows, in order. */
  stages: z.array(z.string()),
  /** Those of them that are meant: of no stage that is there, the newest. */
  shown: z.array(z.string()),
  /** Of these. */
  rows: z.int().nonnegative(),
  metrics: z.array(
    z.object({
      key: z.string(),
      /** Null: no row has a number. */
      first: z.number().nullable(),
      newest: z.number().nullable(),
      /** Step of the newest number. */
      step: z.number(),
    }),
  ),
  damaged: damagedLinesSchema,
  /** Metrics that had no more room. */
  leftOut: z.int().nonnegative(),
});
export type CurveOverview = z.infer<typeof curveOverviewSchema>;

/** Which rows somebody wants as they were recorded. `steps`: from and to which; null: all. */
export const rowsWantedSchema = z.object({
  keys: z.array(z.string()).max(400),
  steps: z.tuple([z.number(), z.number()]).nullable(),
});

/** One row as it was recorded, without what rows before it say. */
export const exactRowSchema = z.object({
  stage: z.string(),
  step: z.number(),
  time: z.number(),
  values: z.array(z.number().nullable()),
});
export type ExactRow = z.infer<typeof exactRowSchema>;

/** Of one row, with what rows before it say where it says nothing. */
export const curveRowSchema = z.object({
  stage: z.string(),
  step: z.number(),
  time: z.number(),
  values: z.array(z.number().nullable()),
});
export type CurveRow = z.infer<typeof curveRowSchema>;
