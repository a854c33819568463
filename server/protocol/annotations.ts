/** What people say of a run: a name to show, tags, a note, and notes at its steps. In `annotations.json` of the run folder. */
import * as z from "zod";

export const annotationLimits = {
  name: 200,
  tag: 60,
  tags: 50,
  note: 20_000,
  stepNote: 4000,
  stepNotes: 2000,
} as const;

/** One line, without spaces around it. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\r\n]*$/, "has a line break");

export const tagSchema = line(annotationLimits.tag);

export const stepNoteSchema = z.object({
  id: z.string().min(1).max(100),
  stage: z.string().max(200),
  step: z.int().nonnegative(),
  text: z.string().max(annotationLimits.stepNote),
  /** When it was written, and changed last: ISO 8601. */
  created: z.string(),
  changed: z.string(),
});
export type StepNote = Readonly<z.infer<typeof stepNoteSchema>>;

export const annotationsSchema = z.object({
  format: z.literal(1),
  /** In place of the recipe's name; the folder keeps its own. */
  name: line(annotationLimits.name).nullable().default(null),
  tags: z.array(tagSchema).max(annotationLimits.tags).readonly().default([]),
  note: z.string().max(annotationLimits.note).nullable().default(null),
  steps: z.array(stepNoteSchema).max(annotationLimits.stepNotes).readonly().default([]),
});
export type Annotations = Readonly<z.infer<typeof annotationsSchema>>;

/** What lists of runs show of it. `problem`: why it cannot be read; null: it can. */
export const runLabelSchema = annotationsSchema
  .pick({ name: true, tags: true, note: true })
  .extend({ problem: z.string().nullable() });
export type RunLabel = Readonly<z.infer<typeof runLabelSchema>>;

/** What of a run's label is to be another. */
export const labelChangeSchema = z.object({
  name: line(annotationLimits.name).nullable().optional(),
  tags: z.array(tagSchema).max(annotationLimits.tags).optional(),
  note: z.string().max(annotationLimits.note).nullable().optional(),
});
export type LabelChange = Readonly<z.infer<typeof labelChangeSchema>>;

/** A note as somebody wrote it. `id` null: a new one. */
export const givenNoteSchema = z.object({
  id: z.string().max(100).nullable(),
  stage: z.string().max(200),
  step: z.int().nonnegative(),
  text: z.string().trim().min(1, "has no text").max(annotationLimits.stepNote),
});
export type GivenNote = Readonly<z.infer<typeof givenNoteSchema>>;
