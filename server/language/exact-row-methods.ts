/** Answers with the numbers of runs exactly as they were recorded. */
import { basename } from "node:path";
import type { Handlers } from "../protocol/methods";
import { csvOf, exactRows } from "../runs/exact-rows";
import { folderOf, type Workspace } from "./request-guards";

/** Rows that a page shows at a time: CSV has all. */
const mostShown = 200;

export function exactRowMethods(state: Workspace): Handlers<"readExactRows" | "readMetricsCsv"> {
  return {
    readExactRows: async ({ folder, ...wanted }) => {
      folderOf(state, folder);
      const rows = await exactRows(folder, wanted);
      return { rows: rows.slice(-mostShown), all: rows.length };
    },
    readMetricsCsv: async ({ runs, keys, steps }) => {
      for (const { folder } of runs) folderOf(state, folder);
      const read = [];
      for (const { folder, stages } of runs)
        read.push({ name: basename(folder), rows: await exactRows(folder, { stages, keys, steps }) });
      return { text: csvOf(keys, read), rows: read.reduce((sum, { rows }) => sum + rows.length, 0) };
    },
  };
}
