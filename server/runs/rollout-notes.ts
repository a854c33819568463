/** `rollout-notes.jsonl` of a run: tags and notes of people on its rollouts. Lines are appended whole; of a rollout the last one holds. */
import { existsSync } from "node:fs";
import { appendWholeLine } from "../files/append-line";
import { leadsWithin } from "../files/paths-within";
import { readText, sizeLimits } from "../files/workspace-file";
import { rolloutNoteSchema, type RolloutNote, type RolloutNotes } from "../protocol/rollout-notes";
import { parseBoundedJson } from "../shared/bounded-json";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import { writing } from "./atomic-file";
import { notesPath } from "./paths";

const keyOf = ({ stage, step, purpose, group, sample }: RolloutNote): string =>
  JSON.stringify([stage, step, purpose, group, sample]);

/** Not through a link that leads out of the run: one from elsewhere may hold links to files of whoever reads it. */
function ownPath(runFolder: string): string {
  const path = notesPath(runFolder);
  if (leadsWithin(runFolder, path)) return path;
  throw new UserError(`${path} is a link that leads out of the run's folder. Replace it by a file, or delete it.`);
}

function readNote(line: string): RolloutNote | null {
  try {
    return rolloutNoteSchema.safeParse(parseBoundedJson(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Oldest first. A line that cannot be read costs no other. */
export function readNotes(runFolder: string): RolloutNotes {
  const path = ownPath(runFolder);
  if (!existsSync(path)) return { notes: [], problem: null };
  const lines = readText(path, sizeLimits.report)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const read = lines.flatMap((line) => readNote(line) ?? []);
  const last = new Map<string, RolloutNote>();
  for (const note of read) {
    last.delete(keyOf(note));
    last.set(keyOf(note), note);
  }
  const damaged = lines.length - read.length;
  return {
    notes: [...last.values()].filter(({ tags, note }) => tags.length > 0 || note !== ""),
    problem: damaged === 0 ? null : `${path} has ${plural(damaged, "line")} that cannot be read; the others are shown.`,
  };
}

/** Throws an Error for people where it cannot be written. */
export function writeNote(runFolder: string, note: RolloutNote): void {
  const path = ownPath(runFolder);
  writing(path, () => appendWholeLine(path, `${JSON.stringify(rolloutNoteSchema.parse(note))}\n`));
}
