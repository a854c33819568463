/** The metrics of a run as columns, read a part at a time and grown by what the run appends. */
import { closeSync, existsSync, fstatSync } from "node:fs";
import { openFile, readRange } from "../files/workspace-file";
import { isOf, openColumns, saveColumns, type ColumnFile } from "./column-file";
import { wholeLines, wholeSize } from "./line-log";
import { metricStore, type MetricStore } from "./metric-store";
import { parseLine } from "./metrics";
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
  /**
   * Holds a block of columns from the run folder to all of its lines; until then their ends are believed. Whether there is another one to be held. Columns of
   * other lines are forgotten, and all is to be read again.
   */
  verify(): boolean;
  /** Writes the columns of a run that has ended beside its lines, where they are not all there. */
  save(): void;
  /** Forgets what was read. */
  startOver(): void;
}

/** Bytes before the end of what was read that are looked at again. */
const lookedAt = 256;

let opened = 0;

export function openRunMetrics(folder: string): RunMetrics {
  const path = metricsPath(folder);
  let store = metricStore();
  let number = ++opened;
  let size = 0;
  let before: Uint8Array = new Uint8Array(0);
  /** Columns that are still to be read; null: what is left are lines. */
  let columns: ColumnFile | "unopened" | null = "unopened";
  /** Blocks of the store that came as columns, and those of them that were held to all of their lines. */
  let taken = 0;
  let verified = 0;
  let useColumns = true;

  const startOver = (): void => {
    store = metricStore();
    number = ++opened;
    before = new Uint8Array(0);
    columns = useColumns ? "unopened" : null;
    taken = 0;
    verified = 0;
  };

  const withLines = <T>(read: (descriptor: number) => T): T => {
    const descriptor = openFile(path);
    try {
      return read(descriptor);
    } finally {
      closeSync(descriptor);
    }
  };

  /** Whether a block was there. */
  const readBlock = (descriptor: number): boolean => {
    if (columns === "unopened") columns = openColumns(folder)?.(descriptor, size) ?? null;
    const block = columns?.next() ?? null;
    if (block === null) {
      columns = null;
      return false;
    }
    store.addBlock(block);
    taken++;
    return true;
  };

  const readLines = (descriptor: number, most: number): void => {
    const start = store.end();
    for (const line of wholeLines(descriptor, path, start, size, Math.min(1 << 20, most))) {
      store.add(line, parseLine(line));
      if (store.end() - start >= most) break;
    }
  };

  return {
    store: () => store,
    version: () => `${number}.${store.generation()}`,
    progress: () => ({ read: store.end(), of: size }),
    startOver,
    read(most) {
      if (!existsSync(path)) {
        if (store.end() > 0) startOver();
        size = 0;
        return false;
      }
      return withLines((descriptor) => {
        if (fstatSync(descriptor).size === size && store.end() === size) return false;
        size = wholeSize(descriptor, path);
        const end = store.end();
        // Shorter, or other bytes where it was read: another file.
        if (size < end || !readRange(descriptor, end - before.length, end).equals(before)) startOver();
        if (columns === null || !readBlock(descriptor)) readLines(descriptor, most);
        before = readRange(descriptor, Math.max(0, store.end() - lookedAt), store.end());
        store.settle();
        return store.end() < size;
      });
    },
    verify() {
      if (verified >= taken || !existsSync(path)) return false;
      const block = store.blocks()[verified]!;
      if (withLines((descriptor) => isOf(block, descriptor))) verified++;
      else {
        useColumns = false;
        startOver();
      }
      return verified < taken;
    },
    save() {
      if (store.end() < size || store.blocks().length === taken) return;
      if (!saveColumns(folder, store.blocks(), store.open())) return;
      // From there they take no memory.
      useColumns = true;
      startOver();
    },
  };
}
