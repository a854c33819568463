/** A run's metrics in the formats of other tools, whole or as they come. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolders } from "../files/make-folders";
import type { MetricsRow } from "../protocol/metrics";
import { isLive, type RunRecord } from "../protocol/run";
import { UserError } from "../shared/user-error";
import { openEvents, type EventWriter } from "../trackers/write-events";
import { openTrackio } from "../trackers/write-trackio";
import { readMetrics } from "./metrics";
import { readRecord, withLiveness } from "./record";

export const exportFormats = ["tensorboard", "trackio"] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface Sink {
  /** File or folder that it writes. */
  readonly path: string;
  write(row: MetricsRow): void;
  flush(): void;
  close(): void;
}

/** Name of Trackio's project. */
const project = "reasoning-lab";

/** Numbers of a row. */
const numbersOf = ({ stage: _stage, step: _step, time: _time, ...row }: MetricsRow): Record<string, number> =>
  Object.fromEntries(Object.entries(row).filter((entry): entry is [string, number] => typeof entry[1] === "number"));

function openSink(format: ExportFormat, out: string, record: RunRecord): Sink {
  if (format === "tensorboard") {
    const folder = join(out, record.id);
    if (existsSync(folder)) throw new UserError(`${folder} is there already. Delete it, or name another folder.`);
    const writers = new Map<string, EventWriter>();
    return {
      path: folder,
      write(row) {
        const writer = writers.get(row.stage) ?? openEvents(join(folder, row.stage), row.time);
        writers.set(row.stage, writer);
        writer.write(row.step, row.time, numbersOf(row));
      },
      flush: () => undefined,
      close: () => writers.forEach((writer) => writer.close()),
    };
  }
  makeFolders(out);
  const path = join(out, `${project}.db`);
  const nameOf = (stage: string): string => `${record.id}.${stage}`;
  const store = openTrackio(
    path,
    record.stages.map(({ name }) => nameOf(name)),
    { recipe: record.recipe, seed: record.seed },
  );
  return {
    path,
    write: (row) => store.write(nameOf(row.stage), row.step, row.time, numbersOf(row)),
    flush: () => store.flush(),
    close: () => store.close(),
  };
}

/** Rows of the same stage and step as one, the later numbers standing; in the order of stages and steps. */
function merged(rows: readonly MetricsRow[]): MetricsRow[] {
  const stages = new Map<string, Map<number, MetricsRow>>();
  for (const row of rows) {
    const steps = stages.get(row.stage) ?? new Map<number, MetricsRow>();
    stages.set(row.stage, steps);
    steps.set(row.step, { ...steps.get(row.step), ...row });
  }
  return [...stages.values()].flatMap((steps) => [...steps.values()].sort((a, b) => a.step - b.step));
}

export interface Exported {
  readonly path: string;
  readonly rows: number;
}

/** Milliseconds between two looks at a run that is followed. */
const interval = 1000;

/**
 * Writes what there is. With `follow` also what comes, until the run has ended or `signal` is given; a step that a resume makes again is written
 * again then. Throws a UserError where something of the run is there already.
 */
export async function exportMetrics(
  folder: string,
  { format, out, follow }: { readonly format: ExportFormat; readonly out: string; readonly follow: boolean },
  { signal, wrote }: { readonly signal: AbortSignal; readonly wrote: (exported: Exported) => void },
): Promise<Exported> {
  const stageName = /^[a-z0-9][a-z0-9-]*$/;
  let cursor = 0;
  let rows = 0;
  const read = (): MetricsRow[] => {
    const part = readMetrics(folder, cursor);
    ({ cursor } = part);
    // Stages become names of folders.
    return merged(part.rows.filter(({ stage }) => stageName.test(stage)));
  };
  const record = readRecord(folder);
  const sink = openSink(format, out, record);
  try {
    for (let over = false; !over;) {
      over = !follow || signal.aborted || !isLive(withLiveness(folder, readRecord(folder)));
      const found = read();
      for (const row of found) sink.write(row);
      sink.flush();
      rows += found.length;
      if (found.length > 0) wrote({ path: sink.path, rows });
      if (!over) await sleep(interval, null, { signal }).catch(() => null);
    }
    return { path: sink.path, rows };
  } finally {
    sink.close();
  }
}
