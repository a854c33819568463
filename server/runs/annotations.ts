/** `annotations.json`: what people say of a run. Replaced as a whole, under a lock that all windows share; what cannot be read is never written over. */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import {
  annotationLimits,
  annotationsSchema,
  type Annotations,
  type GivenNote,
  type LabelChange,
  type RunLabel,
  type StepNote,
} from "../protocol/annotations";
import { parseBoundedJson } from "../shared/bounded-json";
import { messageOf, UserError } from "../shared/user-error";
import { replaceFile, writing } from "./atomic-file";
import { takeLock } from "./os-lock";
import { refuseLinksOut } from "./own-files";
import { annotationsLock, annotationsPath, liveFolder } from "./paths";

const nothing: Annotations = { format: 1, name: null, tags: [], note: null, steps: [] };

/** Empty where nobody has said anything. Throws an Error for people when the file is damaged. */
export function readAnnotations(runFolder: string): Annotations {
  const path = annotationsPath(runFolder);
  if (statsOf(path) === null) return nothing;
  const told = (what: string): UserError =>
    new UserError(`${path} ${what} Its name, tags and notes are not shown. Mend it, or move it away.`);
  let data: unknown;
  try {
    data = parseBoundedJson(readText(path, sizeLimits.record));
  } catch (error) {
    throw told(`cannot be read (${messageOf(error)}).`);
  }
  const parsed = annotationsSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw told(`is not understood at \`${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "unknown"}.`);
}

/** What lists show; unset where nobody has said anything. */
export function readLabel(runFolder: string): RunLabel | undefined {
  if (statsOf(annotationsPath(runFolder)) === null) return undefined;
  try {
    const { name, tags, note } = readAnnotations(runFolder);
    return { name, tags, note, problem: null };
  } catch (error) {
    return { name: null, tags: [], note: null, problem: messageOf(error) };
  }
}

/** Milliseconds that another window may take to write. */
const patience = 5000;

function change(runFolder: string, to: (now: Annotations) => Annotations): Annotations {
  refuseLinksOut(runFolder);
  mkdirSync(liveFolder(runFolder), { recursive: true });
  const lock = takeLock(annotationsLock(runFolder), patience);
  if (lock === null) throw new UserError(`Another window writes to ${annotationsPath(runFolder)}. Try again.`);
  try {
    const path = annotationsPath(runFolder);
    const next = annotationsSchema.parse(to(readAnnotations(runFolder)));
    writing(path, () => replaceFile(path, `${JSON.stringify(next, null, 2)}\n`));
    return next;
  } finally {
    lock.release();
  }
}

export function changeLabel(runFolder: string, { name, tags, note }: LabelChange): void {
  change(runFolder, (now) => ({
    ...now,
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
    ...(note === undefined ? {} : { note: note === "" ? null : note }),
  }));
}

/** Writes a note at a step, or changes one. Throws where the one to be changed was deleted meanwhile, in another window: its text would be lost otherwise. */
export function writeStepNote(runFolder: string, { id, ...given }: GivenNote, now = new Date()): readonly StepNote[] {
  const time = now.toISOString();
  return change(runFolder, (all) => {
    if (id === null) {
      if (all.steps.length >= annotationLimits.stepNotes)
        throw new UserError(`A run has at most ${annotationLimits.stepNotes} notes. Delete some first.`);
      return { ...all, steps: [...all.steps, { ...given, id: randomUUID(), created: time, changed: time }] };
    }
    if (!all.steps.some((note) => note.id === id))
      throw new UserError("This note was deleted meanwhile. Copy your text, and write it as a new one.");
    return { ...all, steps: all.steps.map((note) => (note.id === id ? { ...note, ...given, changed: time } : note)) };
  }).steps;
}

export const deleteStepNote = (runFolder: string, id: string): readonly StepNote[] =>
  change(runFolder, (all) => ({ ...all, steps: all.steps.filter((note) => note.id !== id) })).steps;
