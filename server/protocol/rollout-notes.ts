/** What a person wrote on rollouts: tags and notes, kept with the run. */
import * as z from "zod";
import { rolloutPurposeSchema } from "./traces";

/** Most tags of a rollout, characters of one, and of a note. */
export const noteLimits = { tags: 20, tag: 60, note: 10_000 } as const;

const tag = z.string().trim().min(1).max(noteLimits.tag);

/** In place of what was written before; without tags and text it is gone. */
export const rolloutMarkSchema = z.object({
  tags: z.array(tag).max(noteLimits.tags),
  note: z.string().max(noteLimits.note),
});

export const rolloutNoteSchema = rolloutMarkSchema.extend({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  sample: z.int(),
  /** When it was written, ISO 8601 in UTC. */
  at: z.iso.datetime(),
});
export type RolloutNote = Readonly<z.infer<typeof rolloutNoteSchema>>;

export const rolloutNotesSchema = z.object({
  notes: z.array(rolloutNoteSchema).readonly(),
  /** A sentence on lines that cannot be read; null: all can. */
  problem: z.string().nullable(),
});
export type RolloutNotes = z.infer<typeof rolloutNotesSchema>;
