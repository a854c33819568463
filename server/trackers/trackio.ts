/** Trackio's project file, SQLite: its table `metrics`, of all runs of the project. Whoever reads it may have to be ended: what a file says its table is, it may not be. */
import { closeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { openFile, readRange, refuseUnreadable } from "../files/workspace-file";
import { messageOf, UserError } from "../shared/user-error";
import { gatherMetrics, type TrackerMetrics } from "./gather";
import { parsePythonJson } from "./python-json";

const magic = "SQLite format 3\0";

export function isDatabase(path: string): boolean {
  const descriptor = openFile(path);
  try {
    return readRange(descriptor, 0, magic.length).toString("latin1") === magic;
  } finally {
    closeSync(descriptor);
  }
}

const rowSchema = z.object({
  run_name: z.string(),
  step: z.number(),
  timestamp: z.string().nullable(),
  metrics: z.union([z.string(), z.instanceof(Uint8Array)]),
});

const bounds = { depth: 20, values: 100_000 };

/** As `serialize_values` of Trackio writes them. */
const notFinite = new Set(["NaN", "Infinity", "-Infinity"]);

/** Throws a UserError where it is none. */
export function readTrackio(path: string): TrackerMetrics {
  refuseUnreadable(path, Number.POSITIVE_INFINITY);
  const gathered = gatherMetrics();
  const store = new DatabaseSync(path, { readOnly: true });
  try {
    store.exec("pragma trusted_schema = off");
    const kind = store.prepare("select type, sql from sqlite_master where name = 'metrics'").get();
    if (kind?.["type"] !== "table" || /^\s*create\s+virtual/i.test(String(kind["sql"])))
      throw new UserError(`${path} is no project of Trackio: it has no table "metrics".`);
    for (const found of store.prepare("select run_name, step, timestamp, metrics from metrics order by id").iterate()) {
      const row = rowSchema.safeParse(found);
      const values = row.success ? valuesOf(row.data.metrics) : null;
      if (!row.success || values === null) {
        gathered.leftOut("rows that cannot be read", "metrics");
        continue;
      }
      const { run_name: run, step, timestamp } = row.data;
      const time = timestamp === null ? Number.NaN : Date.parse(timestamp);
      for (const [name, value] of Object.entries(values)) {
        if (typeof value === "number") gathered.add(run, step, Number.isFinite(time) ? time : 0, name, value);
        else if (typeof value === "string" && notFinite.has(value))
          gathered.add(run, step, time || 0, name, Number.NaN);
        else gathered.leftOut(typeof value === "object" ? "tables and media" : "text", name);
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read as a project of Trackio: ${messageOf(error)}.`, { cause: error });
  } finally {
    store.close();
  }
  return gathered.done("Trackio");
}

function valuesOf(metrics: string | Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const text = typeof metrics === "string" ? metrics : Buffer.from(metrics).toString("utf8");
    return z.record(z.string(), z.unknown()).parse(parsePythonJson(text, bounds));
  } catch {
    return null;
  }
}
