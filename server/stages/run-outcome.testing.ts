/** All that a run leaves, for tests of runs that were interrupted. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { mergedMetricsOf } from "./run.testing";

/** Texts of a run's files, without how long something took and which run it was. */
function filesOf(folder: string): Record<string, string> {
  const files = ["checkpoints", "datasets", "reports", "samples"].flatMap((part) => {
    const at = join(folder, part);
    const entries = existsSync(at) ? readdirSync(at, { recursive: true, withFileTypes: true }) : [];
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  });
  const timeless = (text: string): string =>
    text.replace(/"seconds": ?[\d.e-]+/g, "").replace(/\d+ s\)|the run `.*?` of \S+/g, "");
  return Object.fromEntries(
    files.sort().map((path) => [path.slice(folder.length), timeless(readFileSync(path).toString("latin1"))]),
  );
}

export function outcome(folder: string) {
  const traces = openTraces(folder);
  const all = { stage: null, step: null, purpose: null, group: null, text: "", where: "" } as const;
  const rollouts = traces.groups(all, 0, 10_000).groups.flatMap((group) => traces.group(group));
  traces.close();
  return {
    metrics: mergedMetricsOf(folder),
    stages: readRecord(folder).stages.map((stage) => ({ ...stage, seconds: 0 })),
    rollouts,
    files: filesOf(folder),
  };
}
