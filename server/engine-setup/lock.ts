/** One process at a time works in a folder of engines. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error";
import { writeError } from "./space";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

function take(path: string): boolean {
  try {
    const descriptor = openSync(path, "wx");
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw writeError(path, error);
  }
}

/** Throws SetupError while another process (or another call of this one) is at work in the folder. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, "setup.lock");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw writeError(folder, error);
  }
  if (!take(path)) {
    const pid = Number(readFileSync(path, "utf8"));
    if (pid > 0 && isAlive(pid)) {
      throw new SetupError(
        `An engine is being set up in ${folder} already (process ${pid}). Wait for it, or stop it first.`,
      );
    }
    rmSync(path, { force: true });
    if (!take(path)) throw new SetupError(`An engine is being set up in ${folder} already.`);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
