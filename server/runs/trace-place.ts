/** Whether the store of traces that a run writes still stands where it was, with SQLite's log beside it; what no longer exists is kept. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { FileLost, keepLost, placeOf, setAside, type Place } from "./held-file";

export interface TracePlace {
  /** Throws {@link FileLost}. After that the database is closed. */
  check(): void;
  /** Closes the database, whatever happened to it. */
  close(): void;
}

/** To be called once something was written: before that there is no log. */
export function placeOfTraces(database: DatabaseSync, path: string): TracePlace {
  const log = `${path}-wal`;
  const placeNow = placeOf(path, null);
  const logNow: () => Place = existsSync(log) ? placeOf(log, null) : () => "there";
  let { size } = statSync(path);
  let lost: FileLost | null = null;

  /** Closing, SQLite deletes what has the name of its log, whoever made it. */
  function close(): void {
    const others = logNow() === "replaced" ? setAside(log) : null;
    database.close();
    if (others !== null) renameSync(others, log);
  }

  function copyTo(target: string): void {
    database.prepare("VACUUM INTO ?").run(target);
    const isOurs = logNow() === "there";
    close();
    // It belongs to no store that stands there now.
    if (isOurs) for (const name of [log, `${path}-shm`]) rmSync(name, { force: true });
  }

  /** The newest rollouts stand in the log: they go into the store while this process still has it. */
  function logLost(place: Exclude<Place, "there">): FileLost {
    const others = place === "replaced" ? setAside(log) : null;
    const { busy } = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() ?? {};
    if (busy !== 0) return keepLost(path, "replaced", copyTo);
    close();
    const aside = others === null ? "" : ` What stood in its place is ${others}.`;
    return new FileLost(
      `${log} was deleted, moved or replaced while the run was writing it. Its contents are now in ${path}: resume the run.${aside}`,
    );
  }

  function look(): FileLost | null {
    const place = placeNow();
    if (place !== "there") return keepLost(path, place, copyTo);
    const ofLog = logNow();
    if (ofLog !== "there") return logLost(ofLog);
    const { size: now } = statSync(path);
    if (now < size)
      return new FileLost(
        `Another program cut ${path} from ${size} to ${now} bytes while the run wrote it, and rollouts in it are lost. Move it away and resume: the run continues with the same numbers, without the rollouts in it.`,
      );
    size = now;
    return null;
  }

  return {
    check() {
      lost ??= look();
      if (lost !== null) throw lost;
    },
    close() {
      if (database.isOpen) close();
    },
  };
}
