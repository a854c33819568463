/** The metrics of a run as columns, read a part at a time and grown by what the run appends. */
import { closeSync, existsSync, fstatSync } from "node:fs";
import { openFile, readRange } from "../files/workspace-file";
import { wholeLines, wholeSize } from "./line-log";
import { metricStore, type MetricStore } from "./metric-store";
import { parseRow } from "./metrics";
import { metricsPath } from "./paths";

export interface RunMetrics {
  /** What was read so far. Another one where the file was replaced. */
  readonly store: () => MetricStore;
  /** Tells this run's columns, as they are, from all others that there were. */
  readonly version: () => string;
  /** Reads what was written since, not many more than `most` bytes. Whether there is more. Throws where the metrics cannot be read. */
  read(most: number): boolean;
  /** Bytes that were read, and those that are there. */
  readonly progress: () => { readonly read: number; readonly of: number };
}

/** Bytes before the end of what was read that are looked at again. */
const lookedAt = 256;

let opened = 0;

export function openRunMetrics(folder: string): RunMetrics {
  let store = metricStore();
  let number = ++opened;
  let size = 0;
  let before: Uint8Array = new Uint8Array(0);

  const startOver = (): void => {
    store = metricStore();
    number = ++opened;
    before = new Uint8Array(0);
  };

  return {
    store: () => store,
    version: () => `${number}.${store.generation()}`,
    progress: () => ({ read: store.end(), of: size }),
    read(most) {
      const path = metricsPath(folder);
      if (!existsSync(path)) {
        if (store.end() > 0) startOver();
        size = 0;
        return false;
      }
      const descriptor = openFile(path);
      try {
        if (fstatSync(descriptor).size === size && store.end() === size) return false;
        size = wholeSize(descriptor, path);
        const end = store.end();
        // Shorter, or other bytes where it was read: another file.
        if (size < end || !readRange(descriptor, end - before.length, end).equals(before)) startOver();
        const start = store.end();
        for (const line of wholeLines(descriptor, path, start, size, Math.min(1 << 20, most))) {
          store.add(line, line.length === 0 ? null : parseRow(line.toString("utf8")));
          if (store.end() - start >= most) break;
        }
        before = readRange(descriptor, Math.max(0, store.end() - lookedAt), store.end());
        store.settle();
        return store.end() < size;
      } finally {
        closeSync(descriptor);
      }
    },
  };
}
