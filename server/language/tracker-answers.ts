/** Reads the metrics of other tools in the process that reads traces, which is ended where a file takes too long. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { statsOf } from "../files/workspace-file";
import { healthNotes } from "../health/rules";
import { healthNumbers } from "../health/stage-numbers";
import { thresholdsOf } from "../health/thresholds";
import type { HealthNotes } from "../protocol/health";
import type { MetricsRow } from "../protocol/metrics";
import type { TrackerPart } from "../protocol/trackers";
import { readTracker } from "../trackers/read-tracker";

/** Numbers in one part. */
const partValues = 100_000;

/** Files of a folder whose changes are noticed. */
const mostFiles = 1000;

interface Read {
  readonly file: string;
  readonly version: string;
  readonly thresholds: string;
  readonly tool: string;
  readonly rows: readonly MetricsRow[];
  readonly notes: readonly string[];
  readonly health: HealthNotes;
}

interface Asked {
  readonly folder: string;
  readonly version: string | null;
  readonly from: number;
  readonly thresholds: Readonly<Record<string, number>>;
}

/** Answers parts of the newest file that was asked for; null: it is as the asker knows it. */
export function trackerAnswers(): (asked: Asked) => TrackerPart | null {
  let known: Read | null = null;
  return ({ folder: file, version: given, from, thresholds }) => {
    const version = versionOf(file);
    const lines = JSON.stringify(thresholds);
    if (known?.file !== file || known.version !== version || known.thresholds !== lines) {
      const { tool, rows, notes } = readTracker(file);
      const numbers = healthNumbers();
      numbers.add(rows);
      const health = healthNotes(numbers.stages(), thresholdsOf(thresholds));
      known = { file, version, thresholds: lines, tool, rows, notes, health };
    }
    const full = `${version} ${lines}`;
    if (given === full && from >= known.rows.length) return null;
    const start = given === full ? from : 0;
    let end = start;
    for (let values = 0; end < known.rows.length && values < partValues; end++)
      values += Object.keys(known.rows[end]!).length;
    return {
      version: full,
      tool: known.tool,
      rows: known.rows.slice(start, end),
      more: end < known.rows.length,
      notes: known.notes,
      health: known.health,
    };
  };
}

const stampOf = (path: string): string => {
  const stats = statsOf(path);
  return stats === null ? "none" : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
};

/** Changes when a file is written to, or one in a folder or in the folders within it. */
function versionOf(path: string): string {
  if (statsOf(path)?.isDirectory() !== true) return `${stampOf(path)} ${stampOf(`${path}-wal`)}`;
  try {
    const names = readdirSync(path).slice(0, mostFiles);
    const inner = names.flatMap((name) => {
      const within = join(path, name);
      if (statsOf(within)?.isDirectory() !== true) return [within];
      return readdirSync(within)
        .slice(0, mostFiles)
        .map((one) => join(within, one));
    });
    return inner
      .slice(0, mostFiles)
      .map((one) => `${one} ${stampOf(one)}`)
      .join("\n");
  } catch {
    return "none";
  }
}
