/**
 * What a webview page and the extension host say to each other. The page pulls: it asks, the host answers under the same `id`.
 * Pushes are hints without data, coalesced, and not sent while the page is hidden; on reveal the page asks for everything since its cursor.
 * The page's messages are hostile until parsed: the host checks each against these schemas.
 */
import * as z from "zod";
import { exampleFilterSchema } from "./behaviours";
import type { BehaviourExample, ReadBehavioursResult } from "./behaviours";
import { givenLabelSchema, labelViewSchema, type LabelState } from "./labels";
import type { Pipeline } from "./pipeline";
import type { StageReport } from "./reports";
import { rolloutPurposeSchema, traceFilterSchema } from "./traces";
import type { GroupSummary, RolloutSummary, StepIndexEntry, TokenView, TraceFilter } from "./traces";
import type { ReadMetricsResult, RunEntry } from "./editor";

/** One rollout of a step. */
export const rolloutPlaceSchema = z.object({ purpose: rolloutPurposeSchema, group: z.int(), sample: z.int() });
export type RolloutPlace = z.infer<typeof rolloutPlaceSchema>;

/** What a stage gave, to be opened, and its curves. `checkpoint`: a folder name. */
export const stageResultSchema = z.discriminatedUnion("what", [
  z.object({ what: z.literal("card"), checkpoint: z.string() }),
  z.object({ what: z.literal("folder"), checkpoint: z.string() }),
  z.object({ what: z.literal("evaluation"), checkpoint: z.string() }),
  z.object({ what: z.literal("dataset"), stage: z.string() }),
  z.object({ what: z.literal("curves"), stage: z.string() }),
]);
export type StageResult = z.infer<typeof stageResultSchema>;

const trace = { stage: z.string(), step: z.int(), purpose: rolloutPurposeSchema, group: z.int() };

/** Page → host, answered by a {@link Reply} with the same id. `run` is a run folder from the list of runs. */
export const pageRequestSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("runs"), id: z.int() }),
  z.object({ type: z.literal("metrics"), id: z.int(), run: z.string(), cursor: z.int().nonnegative() }),
  z.object({ type: z.literal("trace-steps"), id: z.int(), run: z.string() }),
  z.object({
    type: z.literal("trace-groups"),
    id: z.int(),
    run: z.string(),
    filter: traceFilterSchema,
    offset: z.int().nonnegative(),
    limit: z.int().positive().max(200),
  }),
  z.object({ type: z.literal("trace-group"), id: z.int(), run: z.string(), ...trace }),
  z.object({ type: z.literal("trace-tokens"), id: z.int(), run: z.string(), ...trace, sample: z.int() }),
  /** A click on a point of a curve, or on an example: open the traces of that step, at that rollout. Answered with null. */
  z.object({
    type: z.literal("open-traces"),
    id: z.int(),
    run: z.string(),
    stage: z.string(),
    /** Null: the newest of the stage. */
    step: z.int().nullable(),
    rollout: rolloutPlaceSchema.optional(),
    /** Which rollouts of the stage, of all its steps. Unset: those of the step. */
    show: traceFilterSchema.shape.show.optional(),
  }),
  /** A recipe's stages with what a run made of them; of a recipe by its URI where `run` is null. */
  z.object({ type: z.literal("pipeline"), id: z.int(), run: z.string().nullable(), recipe: z.string().nullable() }),
  z.object({ type: z.literal("stage-report"), id: z.int(), run: z.string(), stage: z.string() }),
  /** A click on what a stage gave. Answered with null. */
  z.object({
    type: z.literal("open-result"),
    id: z.int(),
    run: z.string(),
    result: stageResultSchema,
  }),
  /** What rollouts do. `since`: version of the newest answer, 0 for everything. */
  z.object({ type: z.literal("behaviours"), id: z.int(), run: z.string(), since: z.int().nonnegative() }),
  z.object({ type: z.literal("behaviour-examples"), id: z.int(), run: z.string(), filter: exampleFilterSchema }),
  /** What is to be labelled next; a label; and taking the newest back. */
  z.object({ type: z.literal("label-state"), id: z.int(), run: z.string(), view: labelViewSchema }),
  z.object({
    ...{ type: z.literal("give-label"), id: z.int(), run: z.string(), view: labelViewSchema, label: givenLabelSchema },
  }),
  z.object({ type: z.literal("undo-label"), id: z.int(), run: z.string(), view: labelViewSchema }),
  /** A click on the place of a reward error: open that line. `file` is as the reward's error names it. Answered with null. */
  z.object({
    type: z.literal("open-source"),
    id: z.int(),
    run: z.string(),
    file: z.string(),
    line: z.int().nullable(),
    column: z.int().nullable(),
  }),
]);
export type PageRequest = z.infer<typeof pageRequestSchema>;

/** Result types by request. */
export interface PageResults {
  runs: readonly RunEntry[];
  metrics: ReadMetricsResult;
  "trace-steps": readonly StepIndexEntry[];
  "trace-groups": { readonly total: number; readonly groups: readonly GroupSummary[] };
  "trace-group": readonly RolloutSummary[];
  "trace-tokens": readonly TokenView[];
  "open-traces": null;
  behaviours: ReadBehavioursResult;
  "behaviour-examples": readonly BehaviourExample[];
  "label-state": LabelState;
  "give-label": LabelState;
  "undo-label": LabelState;
  "open-source": null;
  pipeline: Pipeline;
  "stage-report": StageReport | null;
  "open-result": null;
}

/** Host → page. */
export type HostMessage =
  | { readonly type: "reply"; readonly id: number; readonly ok: true; readonly result: unknown }
  /** `message` is for people; the page shows it in place of the data. */
  | { readonly type: "reply"; readonly id: number; readonly ok: false; readonly message: string }
  /** Something about runs changed: ask again for what is shown. */
  | { readonly type: "changed" }
  /** Show this run (and step, and rollout); sent when a command or a lens opens a panel that is already there. */
  | {
      readonly type: "show";
      readonly run: string | null;
      readonly stage: string | null;
      readonly step: number | null;
      readonly rollout?: RolloutPlace | undefined;
      /** Which rollouts of the stage, of all its steps. */
      readonly show?: TraceFilter["show"] | undefined;
      /** For the pipeline: the recipe as it stands, by its URI, where no run is named. */
      readonly recipe?: string | undefined;
    };

/** What the page keeps in getState/setState, so that a reload comes back to the same place. */
export const pageStateSchema = z.object({
  run: z.string().nullable(),
  stage: z.string().nullable(),
  step: z.int().nullable(),
});
export type PageState = z.infer<typeof pageStateSchema>;
