/**
 * What a run's supervisor and those who look at it tell each other while it lives, whatever windows and terminals they are in: files in `live/`. How
 * far it is (`state.json`), what it is asked for (`commands/`), what it says (`log.jsonl`). A file means something only under the claim that it names.
 */
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { openFile, readRange, readText, statsOf } from "../files/workspace-file";
import { fileVersionSchema } from "../protocol/rewards";
import { progressSchema } from "../protocol/trainer";
import { renameWithRetry } from "./atomic-file";
import { newline } from "./line-log";
import { liveFolder } from "./paths";

const kiB = 1 << 10;

const liveStateSchema = z.object({
  token: z.string(),
  /** Whether it was started by an editor and goes on without it, or in a terminal. */
  origin: z.enum(["editor", "terminal"]),
  stopping: z.boolean(),
  progress: progressSchema.nullable(),
  /** How far reward code is limited. */
  limits: z.object({ restricted: z.boolean(), reason: z.string() }).nullable(),
  /** Reward files of which another version scores than the one on disk. */
  outdatedRewards: z.array(fileVersionSchema).default([]),
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

/** Asks whoever supervises the run under this claim. */
export function sendCommand(runFolder: string, token: string, command: RunCommand): void {
  const folder = commandsFolder(runFolder);
  mkdirSync(folder, { recursive: true });
  const name = `${Date.now()}-${randomUUID()}`;
  // Made anew, whatever links lie there; seen once it is whole.
  writeFileSync(join(folder, `${name}.new`), JSON.stringify({ token, command }), { flag: "wx" });
  renameSync(join(folder, `${name}.new`), join(folder, `${name}.json`));
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

/** Entries since `cursor`, a part at a time, and where the next part begins. A log that was begun anew is read from its start. */
export function readLog(runFolder: string, cursor: number): { readonly entries: LogEntry[]; readonly cursor: number } {
  if (logSize(runFolder) === cursor) return { entries: [], cursor };
  const descriptor = openFile(logPath(runFolder));
  try {
    const { size } = fstatSync(descriptor);
    const start = cursor > size ? 0 : cursor;
    const bytes = readRange(descriptor, start, Math.min(size, start + 256 * kiB));
    const end = bytes.lastIndexOf(newline) + 1;
    const lines = bytes.subarray(0, end).toString("utf8").split("\n");
    const entries = lines.flatMap((line) => {
      try {
        return line === "" ? [] : [logEntrySchema.parse(JSON.parse(line))];
      } catch {
        // A line that was torn by a kill.
        return [];
      }
    });
    return { entries, cursor: start + end };
  } finally {
    closeSync(descriptor);
  }
}
