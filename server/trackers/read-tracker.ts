/** Reads the metrics that another tool wrote, whichever it is. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { isFile, isFolder, openFile } from "../files/workspace-file";
import { closeSync } from "node:fs";
import { plural } from "../shared/plural";
import { messageOf, UserError } from "../shared/user-error";
import { isEventFile, readEvents } from "./event-file";
import { gatherMetrics, type TrackerMetrics } from "./gather";
import { readTable } from "./table";
import { isDatabase, readTrackio } from "./trackio";
import { readTrainerState } from "./trainer-state";
import { readEventFile } from "./event-file";

/** Event files that are read of a folder. */
const mostFiles = 100;

const isEventName = (name: string): boolean => name.includes("tfevents");

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new UserError(`${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Event files in a folder and in the folders within it: each folder is a run. */
function readLogFolder(folder: string): TrackerMetrics | null {
  const folders = [
    folder,
    ...namesIn(folder)
      .map((name) => join(folder, name))
      .filter(isFolder),
  ].slice(0, 10 * mostFiles);
  const files = folders.flatMap((inner) =>
    namesIn(inner)
      .filter((name) => isEventName(name) && isFile(join(inner, name)))
      .map((name) => ({ run: basename(inner), path: join(inner, name) })),
  );
  if (files.length === 0) return null;
  const gathered = gatherMetrics();
  for (const { run, path } of files.slice(0, mostFiles)) readEvents(path, run, gathered);
  if (files.length > mostFiles)
    gathered.note(`Not read: ${plural(files.length - mostFiles, "event file")}. Of a folder ${mostFiles} are.`);
  return gathered.done("TensorBoard");
}

/** The newest `trainer_state.json` of a folder: its own, or that of the checkpoint of the most steps. */
function trainerStateIn(folder: string): string | null {
  const steps = namesIn(folder)
    .flatMap((name) => {
      const step = /^checkpoint-(\d+)$/.exec(name)?.[1];
      return step === undefined ? [] : [{ name, step: Number(step) }];
    })
    .sort((a, b) => b.step - a.step);
  const candidates = ["", ...steps.map(({ name }) => name)].map((name) => join(folder, name, "trainer_state.json"));
  return candidates.find(isFile) ?? null;
}

/**
 * The metrics of a file, or of a folder of event files or of TRL's checkpoints. Throws a UserError that says what is wrong with it. Reading it may take as
 * long as somebody who made the file likes: this is for a process that can be ended.
 */
export function readTracker(path: string): TrackerMetrics {
  if (isFolder(path)) {
    const events = readLogFolder(path);
    const state = events === null ? trainerStateIn(path) : null;
    if (state !== null) return readTrainerState(state);
    if (events !== null) return events;
    throw new UserError(`${path} has neither event files of TensorBoard nor a trainer_state.json in it.`);
  }
  if (!isFile(path)) throw new UserError(`There is no file ${path}.`);
  // Throws for what may not be opened.
  closeSync(openFile(path));
  if (isDatabase(path)) return readTrackio(path);
  if (isEventFile(path)) return readEventFile(path);
  if (isEventName(basename(path)))
    throw new UserError(`${path} is no event file of TensorBoard: its first record is damaged.`);
  return path.toLowerCase().endsWith(".json") ? readTrainerState(path) : readTable(path);
}
