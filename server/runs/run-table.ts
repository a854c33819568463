/** Runs as rows of a table: what tells their recipes apart, and their newest numbers. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunEntry } from "../protocol/editor";
import type { MetricsRow } from "../protocol/metrics";
import type { RunTable, RunRow } from "../protocol/run-table";
import { isLive } from "../protocol/run";
import { newestRow } from "./metrics";
import { differingSettings, settingsOf } from "./recipe-settings";
import { runSize } from "./run-size";

/** Settings that are columns: more than that nobody compares. */
const mostColumns = 40;

/** Numbers that stand in the table, by the names of their metrics. */
const numbers = ["reward", "loss", "eval/pass@1", "kl", "completions/mean_length"] as const;

/** Runs that are read before others have their turn: a millisecond each. */
const atOnce = 16;

interface KnownRun {
  /** What it was read at. */
  readonly stamp: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly newest: Readonly<Record<string, number>>;
  readonly bytes: number | null;
}

/** Of the newest rows that have them; a run that cannot be read has none. */
function newestNumbers(folder: string): Record<string, number> {
  const found: Record<string, number> = {};
  const take = (row: MetricsRow | null): void => {
    for (const name of numbers) {
      const value = row?.[name];
      if (typeof value === "number") found[name] ??= value;
    }
  };
  try {
    take(newestRow(folder, (row) => "reward" in row || "loss" in row));
    take(newestRow(folder, (row) => "eval/pass@1" in row || "eval/loss" in row));
  } catch {
    // The curves say why.
  }
  return found;
}

/** Of a run that has ended: what is read of it stays. */
const stampOf = ({ record, label }: RunEntry): string =>
  JSON.stringify([record?.status, record?.stages.map(({ step }) => step), label?.name]);

/** Builds the table again and again: what has not changed is read once. */
export function runTableReader(): (runs: readonly RunEntry[]) => Promise<RunTable> {
  let known = new Map<string, KnownRun>();
  /** Sizes are found out behind the table: asking again brings them. */
  const sizing = new Set<string>();
  const size = (folder: string): void => {
    if (sizing.has(folder)) return;
    sizing.add(folder);
    void runSize(folder).then((bytes) => {
      sizing.delete(folder);
      const run = known.get(folder);
      if (run) known.set(folder, { ...run, bytes });
    });
  };
  const read = (run: RunEntry): KnownRun => {
    const stamp = stampOf(run);
    const before = known.get(run.folder);
    if (before?.stamp === stamp && !isLive(run.record)) return before;
    return {
      stamp,
      settings: run.record === null ? new Map() : settingsOf(run.record),
      newest: newestNumbers(run.folder),
      bytes: before?.stamp === stamp ? before.bytes : null,
    };
  };
  return async (runs) => {
    const found = new Map<string, KnownRun>();
    for (const [at, run] of runs.entries()) {
      if (at % atOnce === 0) await nextTurn();
      found.set(run.folder, read(run));
    }
    known = found;
    for (const [folder, { bytes }] of known) if (bytes === null) size(folder);
    const readable = runs.flatMap(({ folder, record }) => (record === null ? [] : [known.get(folder)!.settings]));
    const differing = differingSettings(readable);
    const settings = differing.slice(0, mostColumns);
    const rows = runs.map((run): RunRow => {
      const { settings: own, newest, bytes } = known.get(run.folder)!;
      return { folder: run.folder, settings: settings.map((path) => own.get(path) ?? null), newest, bytes };
    });
    return { settings, moreSettings: differing.length - settings.length, numbers: [...numbers], rows };
  };
}
