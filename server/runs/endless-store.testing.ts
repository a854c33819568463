/** A store of traces that is ours by its tables, and that nobody can read to its end. */
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { exampleRollout, exampleRun } from "./example-run";
import { tracesPath } from "./paths";
import { openTraceWriter } from "./trace-writer";

/** Of pages (https://www.sqlite.org/fileformat.html#b_tree_pages). */
const kinds = { innerIndex: 2, innerTable: 5, leafIndex: 10 } as const;

/** Inner pages above each other, and how often each names the page below it: a billion times a billion rows in a file of some kilobytes. */
const levels = 9;
const children = 100;

/** A run whose rollouts and their index are trees of which every page names one other page again and again. */
export function endlessRun(workspaceFolder?: string): string {
  const folder = exampleRun(workspaceFolder);
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout()]);
  writer.close();
  const path = tracesPath(folder);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
  const roots = database
    .prepare("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'rollouts' AND rootpage > 0")
    .all();
  database.close();

  let file: Buffer = readFileSync(path);
  const size = file.readUInt16BE(16);
  const append = (page: Buffer): number => {
    file = Buffer.concat([file, page]);
    return file.length / size;
  };
  for (const { rootpage } of roots) {
    const at = (Number(rootpage) - 1) * size;
    const root = Buffer.from(file.subarray(at, at + size));
    const isIndex = root[0] === kinds.leafIndex;
    // Of an index each place between two children holds an entry too: that of the leaf.
    const entry = root.readUInt16BE(8);
    const key = isIndex ? root.subarray(entry, entry + 1 + root[entry]!) : Buffer.of(1);
    let child = append(root);
    for (let level = 1; level <= levels; level++) {
      const page = Buffer.alloc(size);
      const cell = Buffer.concat([Buffer.alloc(4), key]);
      cell.writeUInt32BE(child);
      const count = Math.min(children, Math.floor((size - 12) / (cell.length + 2)));
      page[0] = isIndex ? kinds.innerIndex : kinds.innerTable;
      page.writeUInt16BE(count, 3);
      page.writeUInt16BE(size - count * cell.length, 5);
      page.writeUInt32BE(child, 8);
      for (let place = 0; place < count; place++) {
        const start = size - (place + 1) * cell.length;
        page.writeUInt16BE(start, 12 + 2 * place);
        cell.copy(page, start);
      }
      if (level === levels) page.copy(file, at);
      else child = append(page);
    }
  }
  file.writeUInt32BE(file.length / size, 28);
  writeFileSync(path, file);
  return folder;
}
