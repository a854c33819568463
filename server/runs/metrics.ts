/** `metrics.jsonl`: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync } from "node:fs";
import { openFile, readRange, statsOf } from "../files/workspace-file";
import { damagedText, noneDamaged, type DamagedLines } from "../protocol/damaged-lines";
import { metricsRowSchema, type MetricsRow } from "../protocol/metrics";
import { keepColumns } from "./column-file";
import { longestLine, newline, openLineLog, readPart, tooLong, wholeLines, wholeSize, type LineLog } from "./line-log";
import { metricsPath } from "./paths";

/** Its columns are kept beside it. */
export function openMetricsLog(runFolder: string): LineLog<MetricsRow> {
  const log = openLineLog<MetricsRow>(metricsPath(runFolder));
  const columns = reading(runFolder, null, (descriptor, path) =>
    keepColumns(runFolder, { descriptor, size: wholeSize(descriptor, path) }, function* (from, to) {
      for (const line of wholeLines(descriptor, path, from, to)) yield { line, row: parseLine(line) };
    }),
  );
  return {
    check: () => log.check(),
    append(row) {
      const line = log.append(row);
      columns?.add(line.subarray(0, -1), row);
      return line;
    },
    close() {
      columns?.close();
      log.close();
    },
  };
}

/** Null: the line is no row. */
export const parseLine = (line: Uint8Array): MetricsRow | null =>
  line.length === 0 ? null : parseRow(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8"));

function parseRow(line: string): MetricsRow | null {
  try {
    const parsed = metricsRowSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Rows of a few whole lines. Lines that are not rows, which only another program can have written, are left out: who reads all of them counts those. */
const parseRows = (lines: Buffer): MetricsRow[] =>
  lines
    .toString("utf8")
    .split("\n")
    .map((line) => (line === "" ? null : parseRow(line)))
    .filter((row) => row !== null);

/** What is read of the metrics of a run; `none` for a run that has not written any. */
function reading<T>(runFolder: string, none: T, read: (descriptor: number, path: string) => T): T {
  const path = metricsPath(runFolder);
  if (!existsSync(path)) return none;
  const descriptor = openFile(path);
  try {
    return read(descriptor, path);
  } finally {
    closeSync(descriptor);
  }
}

export interface MetricsPart {
  readonly rows: MetricsRow[];
  /** Where the next part begins. */
  readonly cursor: number;
  /** Whether there are more rows already. */
  readonly more: boolean;
  /** How many lines were read for them. */
  readonly lines: number;
  /** Those that are no rows, by their place among these lines. */
  readonly damaged: DamagedLines;
}

const nothing: MetricsPart = { rows: [], cursor: 0, more: false, lines: 0, damaged: noneDamaged };

/**
 * Rows appended since `cursor` (a byte offset that an earlier call returned; 0 for all), not many more than `most` bytes of them. A file that
 * has become shorter than the cursor is read from its start.
 */
export function readMetrics(runFolder: string, cursor: number, most = Number.POSITIVE_INFINITY): MetricsPart {
  return reading(runFolder, nothing, (descriptor, path) => {
    const { values, ...part } = readPart(descriptor, path, { cursor, most }, parseRow);
    return { rows: values, ...part };
  });
}

/** A sentence for people about rows of a run that cannot be read; null: all can. */
export const damagedMetrics = (runFolder: string): string | null =>
  damagedText(metricsPath(runFolder), readMetrics(runFolder, 0).damaged);

/** A few rows. */
const tailBlock = 1 << 14;

/** The newest row that fits, or null. Reads back from the end of the file as far as it must. */
export function newestRow(runFolder: string, fits: (row: MetricsRow) => boolean): MetricsRow | null {
  return reading(runFolder, null, (descriptor, path) => {
    /** Parts of a line that begins before what was read so far, the first of them last. */
    let rest: Buffer[] = [];
    let held = 0;
    for (let end = wholeSize(descriptor, path); end > 0;) {
      if (held > longestLine) throw tooLong(path);
      const start = Math.max(0, end - tailBlock);
      const block = readRange(descriptor, start, end);
      const whole = start === 0 ? 0 : block.indexOf(newline) + 1;
      end = start;
      if (start > 0 && whole === 0) {
        rest.push(block);
        held += block.length;
        continue;
      }
      const row = parseRows(Buffer.concat([block.subarray(whole), ...rest.reverse()])).findLast(fits);
      if (row) return row;
      rest = [block.subarray(0, whole)];
      held = whole;
    }
    return null;
  });
}

/** Bytes that the last steps are looked for in. */
const stepsTail = 1 << 18;

/** Rows of the last steps of a stage, rising, as far as the end of the file has them; of a step that was made again the later one. */
export function newestSteps(runFolder: string, stage: string, most: number): MetricsRow[] {
  return reading(runFolder, [], (descriptor, path) => {
    const end = wholeSize(descriptor, path);
    const start = Math.max(0, end - stepsTail);
    const block = readRange(descriptor, start, end);
    const whole = start === 0 ? 0 : block.indexOf(newline) + 1;
    const steps = new Map<number, MetricsRow>();
    for (const row of parseRows(block.subarray(whole)))
      if (row.stage === stage && "reward" in row) steps.set(row.step, row);
    return [...steps.values()].toSorted((a, b) => a.step - b.step).slice(-most);
  });
}

/** Bytes of metrics that a run has written. It grows with every step, also with one that is run again after a resume. */
export const metricsSize = (runFolder: string): number => statsOf(metricsPath(runFolder))?.size ?? 0;
