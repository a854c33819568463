/** Whether a store of traces is one of ours, before anything is asked of it: a file from elsewhere may define what never ends. */
import { lstatSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isFile, UnusableFile } from "../files/workspace-file";
import { addedColumns, addedTokenColumns, traceIndexes, traceTables } from "./trace-schema";

/** Files that SQLite opens with the store. */
const beside = ["-wal", "-shm", "-journal"];

/** Throws {@link UnusableFile} when the store or a file that is opened with it is no regular file, or a link that leads elsewhere. */
export function refuseOddStore(path: string): void {
  if (!isFile(path)) throw new UnusableFile(`${path} is no file.`);
  for (const suffix of beside) {
    const found = lstatSync(path + suffix, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw new UnusableFile(`${path}${suffix} is no file.`);
  }
}

const addedLater = new RegExp(`,(?:(?:${addedColumns.join("|")})INTEGER|(?:${addedTokenColumns.join("|")})BLOB)`, "g");

/** White space aside, and the columns that stores of older versions were given later, at another place. */
const plain = (sql: string): string =>
  sql
    .replace(/\s+/g, "")
    .replace(/IFNOTEXISTS/i, "")
    .replace(addedLater, "");

interface Entry {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

const entriesOf = (database: DatabaseSync): Entry[] =>
  database
    .prepare("SELECT type, name, sql FROM sqlite_master")
    .all()
    .map(({ type, name, sql }) => ({
      type: String(type),
      name: String(name),
      sql: typeof sql === "string" ? sql : null,
    }));

let known: ReadonlyMap<string, string | null> | null = null;

/** What stands in `sqlite_master` of a store that we made, by type and name. */
function knownEntries(): ReadonlyMap<string, string | null> {
  if (known !== null) return known;
  const database = new DatabaseSync(":memory:");
  database.exec(traceTables + traceIndexes);
  known = new Map(
    entriesOf(database).map(({ type, name, sql }) => [`${type} ${name}`, sql === null ? null : plain(sql)]),
  );
  database.close();
  return known;
}

/** Throws {@link UnusableFile} at the first table, view, trigger or index that is none of ours, word for word. */
export function refuseOtherTables(database: DatabaseSync, path: string): void {
  // What a schema defines may call nothing that reaches out of the database.
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
  const ours = knownEntries();
  for (const { type, name, sql } of entriesOf(database)) {
    const expected = ours.get(`${type} ${name}`);
    if (expected === undefined || expected !== (sql === null ? null : plain(sql)))
      throw new UnusableFile(
        `${path} has a ${type} ${JSON.stringify(name)} that Reasoning Lab did not make. So the file is not read: move it away.`,
      );
  }
}
