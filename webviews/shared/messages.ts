/** Schemas of what the host sends. The compiler holds them against the types of `server/protocol`, so that neither can drift. */
import * as z from "zod";
import { behaviourExampleSchema, behaviourPointSchema, comparisonSchema } from "../../server/protocol/behaviours";
import type { RunEntry } from "../../server/protocol/editor";
import { labelStateSchema } from "../../server/protocol/labels";
import { metricsRowSchema } from "../../server/protocol/metrics";
import { pipelineSchema } from "../../server/protocol/pipeline";
import { stageReportSchema } from "../../server/protocol/reports";
import { fileVersionSchema } from "../../server/protocol/rewards";
import { runRecordSchema } from "../../server/protocol/run";
import { progressSchema } from "../../server/protocol/trainer";
import {
  groupSummarySchema,
  rolloutPurposeSchema,
  rolloutSummarySchema,
  traceFilterSchema,
} from "../../server/protocol/traces";
import type { StepIndexEntry, TokenView } from "../../server/protocol/traces";
import { rolloutPlaceSchema } from "../../server/protocol/webviews";
import type { HostMessage, PageResults } from "../../server/protocol/webviews";

// The page's policy allows no code that is made from text, which zod would otherwise try for speed.
z.config({ jitless: true });

const runEntrySchema: z.ZodType<RunEntry> = z.object({
  folder: z.string(),
  workspaceFolder: z.string(),
  record: runRecordSchema.nullable(),
  problem: z.string().nullable(),
  checkpoints: z.array(z.object({ name: z.string(), stage: z.string(), step: z.int() })),
  progress: progressSchema.nullable(),
  live: z
    .object({
      origin: z.enum(["editor", "terminal"]),
      limits: z.object({ restricted: z.boolean(), reason: z.string() }).nullable(),
      outdatedRewards: z.array(fileVersionSchema),
    })
    .nullable(),
  goesOnWhenMended: z.boolean().optional(),
});

const stepIndexEntrySchema: z.ZodType<StepIndexEntry> = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
});

const tokenNumber = z.number().nullable();
const tokenViewSchema: z.ZodType<TokenView> = z.object({
  id: z.int(),
  text: z.string(),
  logprob: tokenNumber,
  oldLogprob: tokenNumber,
  referenceLogprob: tokenNumber,
  entropy: tokenNumber,
  ratio: tokenNumber,
  clipped: z.boolean().nullable(),
});

/** The result of each request, by the request's type. */
export const resultSchemas: { readonly [Type in keyof PageResults]: z.ZodType<PageResults[Type]> } = {
  runs: z.array(runEntrySchema),
  metrics: z.object({ rows: z.array(metricsRowSchema), cursor: z.int().nonnegative(), more: z.boolean() }),
  "trace-steps": z.array(stepIndexEntrySchema),
  "trace-groups": z.object({ total: z.int(), groups: z.array(groupSummarySchema) }),
  "trace-group": z.array(rolloutSummarySchema),
  "trace-tokens": z.array(tokenViewSchema),
  "open-traces": z.null(),
  behaviours: z.object({
    ...{ version: z.int(), whole: z.boolean(), pending: z.int(), reflectionWords: z.array(z.string()) },
    points: z.array(behaviourPointSchema),
    comparisons: z.array(comparisonSchema),
  }),
  "behaviour-examples": z.array(behaviourExampleSchema),
  "label-state": labelStateSchema,
  "give-label": labelStateSchema,
  "undo-label": labelStateSchema,
  "open-source": z.null(),
  pipeline: pipelineSchema,
  "stage-report": stageReportSchema.nullable(),
  "open-result": z.null(),
};

export const hostMessageSchema: z.ZodType<HostMessage> = z.union([
  z.object({ type: z.literal("reply"), id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ type: z.literal("reply"), id: z.int(), ok: z.literal(false), message: z.string() }),
  z.object({ type: z.literal("changed") }),
  z.object({
    type: z.literal("show"),
    run: z.string().nullable(),
    stage: z.string().nullable(),
    step: z.int().nullable(),
    rollout: rolloutPlaceSchema.optional(),
    show: traceFilterSchema.shape.show.optional(),
    recipe: z.string().optional(),
  }),
]);
