/** Some space of the disk that a run keeps while it is written, so that its end can be recorded when the disk is full: why it ended is to be known then. */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./atomic-file";
import { liveFolder, recordPath } from "./paths";

const reservePath = (runFolder: string): string => join(liveFolder(runFolder), "reserve");

/** A record of its end is little longer than the one before; file systems take blocks of some kilobytes for folders too. */
const least = 1 << 16;

/** Keeps space for a record, if there is so much. */
export function keepReserve(runFolder: string): void {
  try {
    writeDurably(reservePath(runFolder), new Uint8Array(least + 2 * statSync(recordPath(runFolder)).size));
  } catch {
    // Without it the run goes on as well: what is written next says that the disk is full.
    dropReserve(runFolder);
  }
}

export function dropReserve(runFolder: string): void {
  rmSync(reservePath(runFolder), { force: true });
}

/** Gives the space back; whether there was any. */
export function spendReserve(runFolder: string): boolean {
  const kept = statSync(reservePath(runFolder), { throwIfNoEntry: false }) !== undefined;
  dropReserve(runFolder);
  return kept;
}
