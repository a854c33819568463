/** `run.json`: reading, replacing, and telling a live run from one whose process has vanished. */
import { hostname, uptime } from "node:os";
import * as z from "zod";
import { isDiskFull } from "../files/write-problem";
import { readText, sizeLimits, statsOf, UnusableFile } from "../files/workspace-file";
import { isLive, runRecordSchema, type RunRecord } from "../protocol/run";
import { parseBoundedJson } from "../shared/bounded-json";
import { replaceFile, writing } from "./atomic-file";
import { isTaken } from "./os-lock";
import { recordPath, supervisorLock } from "./paths";
import { dropReserve, spendReserve } from "./reserve";
import { processState } from "./process-state";
import { UserError } from "../shared/user-error";

/** The record as it stands on disk. Throws an Error with a sentence for people when it is missing or damaged. */
export function readRecord(runFolder: string): RunRecord {
  const path = recordPath(runFolder);
  let text: string;
  try {
    text = readText(path, sizeLimits.record);
  } catch (error) {
    if (error instanceof UnusableFile) throw new UserError(`${error.message} This is no run.`, { cause: error });
    throw new UserError(`${path} is missing or cannot be read. Delete the run folder, or put the file back.`);
  }
  let data: unknown;
  try {
    data = parseBoundedJson(text);
  } catch (error) {
    throw new UserError(
      `${path} is not JSON of a run (${String(error)}). Its traces and checkpoints may still be good.`,
      {
        cause: error,
      },
    );
  }
  const parsed = runRecordSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const format = z.object({ format: z.number() }).safeParse(data);
  if (format.success && format.data.format !== 1)
    throw new UserError(`${path} has format ${format.data.format}; this version of Reasoning Lab reads format 1.`);
  const issue = parsed.error.issues[0];
  throw new UserError(`${path} is damaged at \`${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "unknown"}.`);
}

export function writeRecord(runFolder: string, record: RunRecord): void {
  const path = recordPath(runFolder);
  writing(path, () => replaceFile(path, `${JSON.stringify(record, null, 2)}\n`));
}

/** {@link writeRecord} for the end of a run, which is recorded on a full disk too: in the space that was kept for it. */
export function writeLastRecord(runFolder: string, record: RunRecord): void {
  try {
    writeRecord(runFolder, record);
  } catch (error) {
    if (!isDiskFull(error) || !spendReserve(runFolder)) throw error;
    writeRecord(runFolder, record);
  }
  dropReserve(runFolder);
}

/**
 * Whether a process has ended and nobody will notice it: in a container without an init its adoptive parent, process 1, does not. One
 * whose parent still lives is left to that parent, which has more to say about its end. Linux tells.
 */
function isOrphanedZombie(pid: number): boolean {
  const state = processState(pid);
  return state !== null && state.ended && state.parent === 1;
}

/** Whether a process of this machine is there. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isOrphanedZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** A step or an evaluation of a live run takes less than this. */
const silence = 15 * 60_000;

/**
 * Whether somebody works on a run whose record says so. The system knows who holds a lock, whatever process has the number that one had before.
 * Without a lock (a run of an earlier version) the process and the time since the machine was started tell. Of another machine, whose locks may not
 * be seen here, only its silence does: a rebuilt container has another name, and its runs must not stay `running` for ever.
 */
function isAlive(runFolder: string, process: NonNullable<RunRecord["process"]>, taken: boolean | null): boolean {
  if (taken === true) return true;
  const lastWrite = statsOf(recordPath(runFolder))?.mtimeMs ?? Date.now();
  if (process.host !== hostname()) return lastWrite > Date.now() - silence;
  if (taken === false) return false;
  const machineStarted = Date.now() - uptime() * 1000;
  return processExists(process.pid) && lastWrite > machineStarted - 60_000;
}

/**
 * The record with `interrupted` in place of a `running` that nobody keeps true any more. `taken`: whether somebody else has the run's lock; unset:
 * look, where the record says that somebody has.
 */
export function withLiveness(runFolder: string, record: RunRecord, taken?: boolean): RunRecord {
  if (!isLive(record) || record.process === null) return record;
  if (isAlive(runFolder, record.process, taken ?? isTaken(supervisorLock(runFolder)))) return record;
  return {
    ...record,
    status: "interrupted",
    message: "The process of this run has ended. Resume continues from the last checkpoint.",
  };
}
