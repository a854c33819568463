/** Notes that people write at steps of the shown run: asked for, written and deleted through the host. */
import * as z from "zod";
import type { GivenNote, StepNote } from "../../server/protocol/annotations";
import { messageOf } from "../../server/shared/user-error";
import type { Client } from "../shared/client";

/** What somebody is writing: kept with the page's place, so that it outlives a hidden tab and a reload. */
export const noteDraftSchema = z.object({
  folder: z.string(),
  /** Null: a new note. */
  id: z.string().nullable(),
  stage: z.string(),
  step: z.int().nonnegative(),
  text: z.string(),
});
export type NoteDraft = z.infer<typeof noteDraftSchema>;

export interface StepNotes {
  /** Of the run that was asked about last, by stage and step. */
  readonly all: () => readonly StepNote[];
  /** Asks for those of a run; null: of none. */
  readonly pull: (folder: string | null) => void;
  /** Resolves once it is on the disk. Rejects with a message for people. */
  readonly write: (folder: string, note: GivenNote) => Promise<void>;
  readonly remove: (folder: string, id: string) => Promise<void>;
}

export function stepNotes(client: Client, changed: () => void, complain: (message: string) => void): StepNotes {
  let shown: string | null = null;
  let notes: readonly StepNote[] = [];
  const take = (folder: string, found: readonly StepNote[]): void => {
    if (folder !== shown || JSON.stringify(found) === JSON.stringify(notes)) return;
    notes = found;
    changed();
  };
  return {
    all: () => notes,
    pull(folder) {
      if (folder !== shown) {
        shown = folder;
        notes = [];
      }
      if (folder === null) return;
      client
        .ask("readStepNotes", { folder })
        .then((found) => take(folder, found))
        .catch((error: unknown) => complain(messageOf(error)));
    },
    async write(folder, note) {
      take(folder, await client.ask("writeStepNote", { folder, note }));
    },
    async remove(folder, id) {
      take(folder, await client.ask("deleteStepNote", { folder, id }));
    },
  };
}
