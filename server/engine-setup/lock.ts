/** One process at a time works in a folder of engines. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { takeLock, type HeldLock } from "../runs/os-lock";
import { SetupError } from "./setup-error";
import { writeError } from "./space";

function lockFolder(folder: string): HeldLock | null {
  try {
    mkdirSync(folder, { recursive: true });
    return takeLock(join(folder, "engines.lock"));
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** Throws SetupError while another process (or another call of this one) is at work in the folder. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = lockFolder(folder);
  if (lock === null)
    throw new SetupError(`An engine is being set up in ${folder} already. Wait for that, or stop it first.`);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
