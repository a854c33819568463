/** Keeps an eye on the health of the workspace's runs: of those that live as they go on, of others once. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Thresholds } from "../health/thresholds";
import type { RunEntry } from "../protocol/editor";
import { healthSummary, type HealthNotes, type HealthSummary } from "../protocol/health";
import { isLive } from "../protocol/run";
import { metricsSize } from "../runs/metrics";
import type { RunMetrics } from "../runs/run-metrics";
import { openHealth, type HealthReader } from "../runs/read-health";

/** Runs whose health lists show: the newest. Of others it is looked at when somebody opens their curves. */
const mostWatched = 50;

/** Milliseconds between two looks at a run that lives. */
const interval = 2000;

/** A pause is at least as many times as long as the rules took. */
const pauses = 100;

/** Bytes of metrics between two turns of others. */
const part = 1 << 19;

/** Live runs whose numbers are kept to go on from. */
const mostReaders = 4;

interface Known {
  readonly size: number;
  readonly thresholds: Thresholds;
  readonly notes: HealthNotes;
  readonly at: number;
  /** Milliseconds that the rules took. */
  readonly took: number;
}

export interface HealthWatch {
  /** Is told of all runs, newest first, whenever they are looked at. */
  look(runs: readonly RunEntry[]): void;
  /** Notes on a run as it stands now. Throws where its metrics cannot be read. */
  notes(run: RunEntry): Promise<HealthNotes>;
  /** What is known of a run; null: nothing yet. */
  summary(folder: string): HealthSummary | null;
}

/** `changed`: what lists show of some run has changed. `metricsOf`: a run's metrics, where somebody reads them already. */
export function watchHealth(
  thresholds: () => Thresholds,
  changed: () => void,
  metricsOf?: (folder: string) => RunMetrics | null,
): HealthWatch {
  const known = new Map<string, Known>();
  const readers = new Map<string, HealthReader>();
  /** Questions about a run wait for each other: they share a reader. */
  const turns = new Map<string, Promise<HealthNotes>>();
  let wanted: readonly RunEntry[] = [];
  let working = false;

  /** Ended runs whose metrics could not be read are left alone. */
  const failed = new Set<string>();

  function readerOf({ folder, record }: RunEntry): HealthReader {
    const reader = readers.get(folder) ?? openHealth(folder, metricsOf?.(folder) ?? undefined);
    readers.delete(folder);
    if (isLive(record)) readers.set(folder, reader);
    for (const old of [...readers.keys()].slice(0, -mostReaders)) readers.delete(old);
    return reader;
  }

  async function look(run: RunEntry): Promise<HealthNotes> {
    const size = metricsSize(run.folder);
    const before = known.get(run.folder);
    if (before?.size === size && before.thresholds === thresholds()) return before.notes;
    const reader = readerOf(run);
    while (reader.read(part)) await nextTurn();
    const now = thresholds();
    const began = performance.now();
    const notes = reader.notes(run.record?.recipe, now);
    known.set(run.folder, { size, thresholds: now, notes, at: performance.now(), took: performance.now() - began });
    return notes;
  }

  function notes(run: RunEntry): Promise<HealthNotes> {
    const { folder } = run;
    const turn = (turns.get(folder) ?? Promise.resolve([])).catch(() => []).then(() => look(run));
    turns.set(folder, turn);
    const over = (): void => {
      if (turns.get(folder) === turn) turns.delete(folder);
    };
    turn.then(over, over);
    return turn;
  }

  const isDue = ({ folder, record }: RunEntry): boolean => {
    const before = known.get(folder);
    if (record === null || failed.has(folder)) return false;
    if (before === undefined || before.thresholds !== thresholds()) return true;
    if (isLive(record) || readers.has(folder))
      return performance.now() - before.at > Math.max(interval, pauses * before.took);
    return false;
  };

  async function work(): Promise<void> {
    working = true;
    try {
      for (const run of wanted.slice(0, mostWatched).filter(isDue)) {
        const text = JSON.stringify(summary(run.folder));
        try {
          await notes(run);
        } catch {
          // Reading the curves says why.
          if (!isLive(run.record)) failed.add(run.folder);
        }
        if (JSON.stringify(summary(run.folder)) !== text) changed();
      }
    } finally {
      working = false;
    }
  }

  const summary = (folder: string): HealthSummary | null => {
    const found = known.get(folder);
    return found === undefined ? null : healthSummary(found.notes);
  };

  return {
    look(runs) {
      wanted = runs;
      if (!working) void work();
    },
    notes,
    summary,
  };
}
