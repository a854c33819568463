/** Notes on a run's health: a known failure that its numbers show, in words, with the numbers that show it. */
import * as z from "zod";
import { t } from "../shared/l10n";

const evidenceSchema = z.object({
  /** Name of the metric, as `metrics.jsonl` has it. */
  metric: z.string(),
  /** What the number is, in a few words: `mean of the last 20 steps`. */
  what: z.string(),
  stage: z.string(),
  /** Where to look in the metric's chart. */
  step: z.int(),
  value: z.number(),
});
export type HealthEvidence = Readonly<z.infer<typeof evidenceSchema>>;

/** Of a threshold, as the settings have it after `reasoningLab.health.`. */
export const thresholdNameSchema = z.string().regex(/^[a-zA-Z0-9]{1,40}$/);

export const healthNoteSchema = z.object({
  /** Id of the rule that wrote it, the same in every run. */
  id: z.string(),
  /** `alarm`: something is failing. `advice`: nothing is, but the numbers say what could be better. */
  kind: z.enum(["alarm", "advice"]),
  /** Name of the failure, in a few words. */
  title: z.string(),
  stage: z.string(),
  /** The newest step that it speaks of. */
  step: z.int(),
  /** What the numbers show, in a sentence or two. */
  text: z.string(),
  evidence: z.array(evidenceSchema).readonly(),
  /** The rollouts that show it: a filter line over the stage. Null: numbers alone do. */
  traces: z.object({ step: z.int(), where: z.string() }).nullable(),
  /** What people usually do about it, and who says so. */
  remedy: z.string(),
  source: z.object({ title: z.string(), url: z.string() }),
  /** Settings of the stage (`beta`) or of the recipe (`rewards`) that change it. */
  settings: z.array(z.string()).readonly(),
  /** What it was measured by: settings `reasoningLab.health.<name>` and their values. */
  thresholds: z.array(z.object({ name: thresholdNameSchema, value: z.number() })).readonly(),
});
export type HealthNote = Readonly<z.infer<typeof healthNoteSchema>>;

/** Alarms first; advice only where there are no alarms. Within a kind, newest stage first. */
export const healthNotesSchema = z.array(healthNoteSchema).readonly();
export type HealthNotes = z.infer<typeof healthNotesSchema>;

/** What lists show of it. */
export const healthSummarySchema = z.object({
  alarms: z.int(),
  advice: z.int(),
  /** A line for each note: its stage and what it says. */
  lines: z.array(z.string()).readonly(),
});
export type HealthSummary = Readonly<z.infer<typeof healthSummarySchema>>;

export const healthSummary = (notes: HealthNotes): HealthSummary => ({
  alarms: notes.filter(({ kind }) => kind === "alarm").length,
  advice: notes.filter(({ kind }) => kind === "advice").length,
  lines: notes.map(({ kind, stage, text }) =>
    t("{0}, {1}: {2}", kind === "alarm" ? t("Alarm") : t("Advice"), stage, text),
  ),
});
