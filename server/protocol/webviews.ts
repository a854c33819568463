/** Nouns that only pages and the extension host speak of; what pages ask stands in `methods.ts`. */
import * as z from "zod";
import { mostRuns } from "./curves";
import { shows } from "./rollout-filter/saved";
import { longestFilter } from "./rollout-filter/tokens";
import { rolloutPurposeSchema } from "./traces";

/** Name of the `<meta>` of a page that holds its texts in the reader's language, as JSON. */
export const textsName = "reasoning-lab-texts";

/** One rollout of a step. */
export const rolloutPlaceSchema = z.object({ purpose: rolloutPurposeSchema, group: z.int(), sample: z.int() });
export type RolloutPlace = z.infer<typeof rolloutPlaceSchema>;

/** What a stage gave, to be opened, and its curves. `checkpoint`: a folder name. */
export const stageResultSchema = z.discriminatedUnion("what", [
  z.object({ what: z.literal("card"), checkpoint: z.string() }),
  z.object({ what: z.literal("folder"), checkpoint: z.string() }),
  z.object({ what: z.literal("evaluation"), checkpoint: z.string() }),
  z.object({ what: z.literal("playground"), checkpoint: z.string() }),
  z.object({ what: z.literal("dataset"), stage: z.string() }),
  z.object({ what: z.literal("curves"), stage: z.string(), step: z.int().optional() }),
]);
export type StageResult = z.infer<typeof stageResultSchema>;

/** Where a page should be; null leaves the choice to the page. */
export const placeSchema = z.object({
  run: z.string().nullable(),
  stage: z.string().nullable(),
  step: z.int().nullable(),
  rollout: rolloutPlaceSchema.optional(),
  /** Which rollouts of the stage, of all its steps. */
  show: z.enum(shows).optional(),
  /** For the traces: a filter line over the stage. */
  where: z.string().max(longestFilter).optional(),
  /** For the curves: a file of metrics that another tool wrote, in place of a run. */
  file: z.string().optional(),
  /** For the curves: the page is the editor of that file, and shows nothing else. */
  editor: z.boolean().optional(),
  /** For the curves: runs over each other, in place of one. */
  compare: z.array(z.string()).max(mostRuns).optional(),
  /** For the pipeline: the recipe as it stands, by its URI, where no run is named. */
  recipe: z.string().optional(),
  /** For talking to a checkpoint: its folder name. */
  checkpoint: z.string().optional(),
  /** For audits: the reward file, by its URI. */
  reward: z.string().optional(),
});
export type Place = Readonly<z.infer<typeof placeSchema>>;

/** What the page keeps in getState/setState, so that a reload comes back to the same place. */
export const pageStateSchema = z.object({
  run: z.string().nullable(),
  stage: z.string().nullable(),
  step: z.int().nullable(),
});
export type PageState = z.infer<typeof pageStateSchema>;

/** Characters of a picture or a table that a page has saved. */
const mostSaved = 200_000_000;

/** What a page made, to be saved: a name that is no path, and text or bytes. */
export const savedFileSchema = z.object({
  name: z.string().regex(/^[\w@+-][\w@+ .-]{0,120}\.(?:csv|png|svg)$/, "is no name of a file"),
  content: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("text"), text: z.string().max(mostSaved) }),
    z.object({ kind: z.literal("bytes"), base64: z.base64().max(mostSaved) }),
  ]),
});
export type SavedFile = z.infer<typeof savedFileSchema>;
