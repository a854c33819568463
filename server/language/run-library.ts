/** The metrics of runs that somebody looks at, kept as columns and grown as the runs go on. */
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { ColumnsGone } from "../runs/column-file";
import { metricsSize } from "../runs/metrics";
import { openRunMetrics, type RunMetrics } from "../runs/run-metrics";

/** Bytes of metrics between two turns of others: some milliseconds. */
const part = 1 << 18;

/** Runs whose columns are kept: those that were asked for last, of whom one page shows so many. */
const keptRuns = 12;

/** Milliseconds between two looks at the sizes of files. */
const interval = 50;

/** Milliseconds behind the last question about a run for which its file is looked at. */
const watchedFor = 10 * 60_000;

export interface RunLibrary {
  /** A run's metrics, read further for as many milliseconds. */
  read(folder: string, patience: number): Promise<RunMetrics>;
  /** As they were read so far. */
  of(folder: string): RunMetrics;
  /** Null: nobody looks at it. */
  peek(folder: string): RunMetrics | null;
  /** What `work` gives of the runs that it names; once more where the columns of one of them were replaced meanwhile. */
  steadily<T>(folders: readonly string[], work: () => T): Promise<T>;
  close(): void;
}

/**
 * `settled`: whether nobody writes the run any more and its folder may be written to. `changed`: what was read of a run turned out to be something else, and is
 * read again. `grown`: a run that was read lately has written more.
 */
export function runLibrary(settled: (folder: string) => boolean, changed: () => void, grown: () => void): RunLibrary {
  const known = new Map<string, RunMetrics>();
  /** Of runs that are read: the size of their file, and when somebody asked for them last. */
  const watched = new Map<string, { size: number; asked: number }>();
  // Pages of runs that others write hear nothing else of a new step; one look at a size takes some microseconds.
  const timer = setInterval(() => {
    let news = false;
    for (const [folder, one] of watched) {
      if (!known.has(folder) || performance.now() - one.asked > watchedFor) {
        watched.delete(folder);
        continue;
      }
      const size = metricsSize(folder);
      news ||= size !== one.size;
      one.size = size;
    }
    if (news) grown();
  }, interval).unref();
  const busy = new Set<string>();

  const of = (folder: string): RunMetrics => {
    const metrics = known.get(folder) ?? openRunMetrics(folder);
    known.delete(folder);
    known.set(folder, metrics);
    for (const old of [...known.keys()].slice(0, -keptRuns)) known.delete(old);
    return metrics;
  };

  /** Behind the first picture: what came as columns is held to its lines, and what came as lines is kept as columns. */
  const settle = async (folder: string, metrics: RunMetrics): Promise<void> => {
    if (busy.has(folder)) return;
    busy.add(folder);
    try {
      const version = metrics.version();
      while (metrics.verify()) await pause(2);
      if (settled(folder)) metrics.save();
      if (metrics.version() === version) return;
      while (metrics.read(part)) await nextTurn();
      changed();
    } catch {
      // Who asks for the run's metrics is told why they cannot be read.
    } finally {
      busy.delete(folder);
    }
  };

  return {
    of,
    close: () => clearInterval(timer),
    peek: (folder) => known.get(folder) ?? null,
    async read(folder, patience) {
      const metrics = of(folder);
      watched.set(folder, { size: metricsSize(folder), asked: performance.now() });
      const began = performance.now();
      let more = metrics.read(part);
      while (more && performance.now() - began < patience) {
        await nextTurn();
        more = metrics.read(part);
      }
      if (!more) setTimeout(() => void settle(folder, metrics), settleAfter).unref();
      return metrics;
    },
    async steadily(folders, work) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof ColumnsGone)) throw error;
        for (const folder of folders) {
          const metrics = of(folder);
          metrics.startOver();
          while (metrics.read(part)) await nextTurn();
        }
        return work();
      }
    },
  };
}

/** Milliseconds behind an answer. */
const settleAfter = 1000;
