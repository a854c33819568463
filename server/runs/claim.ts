/**
 * Who may work on a run: one supervisor, and for it one writer, whatever was killed before and however many begin at the same moment. Both hold a
 * lock of the operating system. The record names the supervisor's token, and is given another only by who holds both locks, so that a trainer that
 * comes late finds out before it writes anything.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { writing } from "./atomic-file";
import { takeLock, type HeldLock } from "./os-lock";
import { refuseLinksOut } from "./own-files";
import { liveFolder, supervisorLock, writerLock } from "./paths";
import { readRecord } from "./record";
import { UserError } from "../shared/user-error";

export interface RunClaim {
  /** Names this claim in `run.json`. */
  readonly token: string;
  release(): void;
}

/** Somebody else works on the run. */
export class RunHeldError extends UserError {
  override readonly name = "RunHeldError";
  constructor(folder: string) {
    super(`${folder} is running${holderText(folder)}. Stop it first.`);
  }
}

function holderText(folder: string): string {
  try {
    const { process } = readRecord(folder);
    return process === null ? "" : ` (process ${process.pid} on ${process.host})`;
  } catch {
    return "";
  }
}

/** Milliseconds that one waits for somebody who only looks whether the lock is held. */
const glance = 1000;
/** Milliseconds between looks whether the writer has ended. */
const interval = 100;
/** Milliseconds that a trainer may take for the step in which it lost its supervisor. */
const lastStep = 5 * 60_000;

/** Claims a run for this process. Throws {@link RunHeldError} when another one has it, and an Error for people where links lead out of its folder. */
export function claimRun(folder: string): RunClaim {
  refuseLinksOut(folder);
  const lock = writing(supervisorLock(folder), () => {
    mkdirSync(liveFolder(folder), { recursive: true });
    return takeLock(supervisorLock(folder), glance);
  });
  if (lock === null) throw new RunHeldError(folder);
  return { token: randomUUID(), release: () => lock.release() };
}

/**
 * Waits until nobody writes the run any more: a trainer that lost its supervisor saves a checkpoint first. Returns the writer's lock, to be held
 * while the record is given another token. Throws an Error for people when it takes too long. `waiting` is called once, when there is a wait.
 */
export async function afterWriter(folder: string, waiting: (text: string) => void): Promise<HeldLock> {
  for (let tries = 0; ; tries++) {
    const lock = takeLock(writerLock(folder));
    if (lock !== null) return lock;
    // By looks, not by a clock: while the machine slept nobody could end.
    if (tries * interval > lastStep)
      throw new UserError(
        `The trainer that has lost its supervisor${holderText(folder)} is still writing to ${folder}. End that process, then resume.`,
      );
    if (tries === 10)
      waiting(`The trainer that has lost its supervisor${holderText(folder)} is still saving its checkpoint.`);
    await pause(interval);
  }
}

/** Makes this process the run's writer under a claim; null when the claim is not the run's any more, or `wanted` says that nobody wants it. */
export async function writeUnder(token: string, folder: string, wanted: () => boolean): Promise<HeldLock | null> {
  for (;;) {
    const lock = takeLock(writerLock(folder));
    if (lock !== null) {
      if (wanted() && readRecord(folder).process?.token === token) return lock;
      lock.release();
      return null;
    }
    if (!wanted()) return null;
    await pause(interval);
  }
}
