/**
 * What a run's supervisor and those who look at it tell each other while it lives, whatever windows and terminals they are in: files in `live/`. How
 * far it is (`state.json`), what it is asked for (`commands/`), what it says (`log.jsonl`). A file means something only under the claim that it names.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, closeSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { writeProblem } from "../files/write-problem";
import { openFile, readText, statsOf } from "../files/workspace-file";
import { outdatedRewardSchema } from "../protocol/rewards";
import { strayErrorSchema } from "../protocol/traces";
import { progressSchema } from "../protocol/trainer";
import { renameWithRetry } from "./atomic-file";
import { readPart } from "./line-log";
import { clearDrawing } from "./live-drawing";
import { refuseLinksOut } from "./own-files";
import { liveFolder } from "./paths";
import { UserError } from "../shared/user-error";

const kiB = 1 << 10;

const liveStateSchema = z.object({
  token: z.string(),
  /** Whether it was started by an editor and goes on without it, or in a terminal. */
  origin: z.enum(["editor", "terminal"]),
  stopping: z.boolean(),
  progress: progressSchema.nullable(),
  /** How far reward code is limited. */
  limits: z.object({ restricted: z.boolean(), reason: z.string() }).nullable(),
  outdatedRewards: z.array(outdatedRewardSchema).default([]),
  /** What rewards threw where no call waits for it. */
  strayErrors: z.array(strayErrorSchema).default([]),
});
export type LiveState = z.infer<typeof liveStateSchema>;

/** What is done with a run when the last window on its workspace is closed. */
export const whenClosedSchema = z.enum(["keepRunning", "stop"]);
export type WhenClosed = z.infer<typeof whenClosedSchema>;

const commandSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("stop") }),
  z.object({ type: z.literal("kill") }),
  z.object({ type: z.literal("when-closed"), value: whenClosedSchema }),
]);
export type RunCommand = z.infer<typeof commandSchema>;
const givenCommandSchema = z.object({ token: z.string(), command: commandSchema });

const logEntrySchema = z.object({ time: z.string(), level: z.enum(["info", "warn", "error"]), text: z.string() });
export type LogEntry = z.infer<typeof logEntrySchema>;

export const statePath = (runFolder: string) => join(liveFolder(runFolder), "state.json");
const commandsFolder = (runFolder: string) => join(liveFolder(runFolder), "commands");
const logPath = (runFolder: string) => join(liveFolder(runFolder), "log.jsonl");
/** Shared by the windows that look at the run. */
export const windowsLock = (runFolder: string) => join(liveFolder(runFolder), "windows.lock");

function parsed<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(readText(path, 64 * kiB))).data ?? null;
  } catch {
    return null;
  }
}

/** Readers see the old state or the new one; it need not outlive the machine. */
export function writeLiveState(runFolder: string, state: LiveState): void {
  const path = statePath(runFolder);
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameWithRetry(`${path}.new`, path);
}

/** The state of a run that lives under this claim; null: none is told. */
export function readLiveState(runFolder: string, token: string | undefined): LiveState | null {
  const state = token === undefined ? null : parsed(statePath(runFolder), liveStateSchema);
  return state?.token === token ? state : null;
}

/** Asks whoever supervises the run under this claim. Throws an Error for people where nothing can be written. */
export function sendCommand(runFolder: string, token: string, command: RunCommand): void {
  refuseLinksOut(runFolder);
  const folder = commandsFolder(runFolder);
  const name = `${Date.now()}-${randomUUID()}`;
  const fresh = join(folder, `${name}.new`);
  try {
    mkdirSync(folder, { recursive: true });
    // Made anew, whatever links lie there; seen once it is whole.
    writeFileSync(fresh, JSON.stringify({ token, command }), { flag: "wx" });
    renameSync(fresh, join(folder, `${name}.json`));
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UserError(`The run cannot be asked through ${folder}: ${writeProblem(folder, error)}.`, { cause: error });
  }
}

/** What this claim's supervisor is asked for, each once, in order. */
export function takeCommands(runFolder: string, token: string): RunCommand[] {
  let names: string[];
  try {
    names = readdirSync(commandsFolder(runFolder)).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => {
    const path = join(commandsFolder(runFolder), name);
    const given = parsed(path, givenCommandSchema);
    rmSync(path, { force: true, recursive: true });
    return given?.token === token ? [given.command] : [];
  });
}

/** Leaves the log and the locks, which belong to nobody then. */
export function clearLive(runFolder: string): void {
  rmSync(statePath(runFolder), { force: true });
  rmSync(commandsFolder(runFolder), { force: true, recursive: true });
  clearDrawing(runFolder);
}

/** Bytes of a log after which a new one is begun; the one before is kept. */
const logLimit = 4096 * kiB;

export function appendLog(runFolder: string, level: LogEntry["level"], text: string): void {
  const path = logPath(runFolder);
  if ((statsOf(path)?.size ?? 0) > logLimit) renameWithRetry(path, join(liveFolder(runFolder), "log.old.jsonl"));
  const entry: LogEntry = { time: new Date().toISOString(), level, text: text.slice(0, 64 * kiB) };
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

export const logSize = (runFolder: string): number => statsOf(logPath(runFolder))?.size ?? 0;

/** In place of a line that was torn by a kill, or damaged. */
const unreadable: LogEntry = {
  time: "",
  level: "warn",
  text: "A line of the run's log (live/log.jsonl) cannot be read.",
};

function parseEntry(line: string): LogEntry | null {
  if (line === "") return null;
  try {
    return logEntrySchema.safeParse(JSON.parse(line)).data ?? unreadable;
  } catch {
    return unreadable;
  }
}

/** Entries since `cursor`, a part at a time, and where the next part begins. A log that was begun anew is read from its start. */
export function readLog(runFolder: string, cursor: number): { readonly entries: LogEntry[]; readonly cursor: number } {
  if (logSize(runFolder) === cursor) return { entries: [], cursor };
  const path = logPath(runFolder);
  const descriptor = openFile(path);
  try {
    const part = readPart(descriptor, path, { cursor, most: 256 * kiB }, parseEntry);
    return { entries: part.values, cursor: part.cursor };
  } finally {
    closeSync(descriptor);
  }
}
