/** `metrics.jsonl`: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { metricsRowSchema, type MetricsRow } from "../protocol/metrics";
import { newline, openLineLog, readRange, wholeSize, type LineLog } from "./line-log";
import { metricsPath } from "./paths";

export const openMetricsLog = (runFolder: string): LineLog<MetricsRow> => openLineLog(metricsPath(runFolder));

function parseRow(line: string): MetricsRow | null {
  try {
    const parsed = metricsRowSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Rows of whole lines. Lines that are not rows, which only another program can have written, are left out. */
const parseRows = (lines: Buffer): MetricsRow[] =>
  lines
    .toString("utf8")
    .split("\n")
    .map((line) => (line === "" ? null : parseRow(line)))
    .filter((row) => row !== null);

/** What is read of the metrics of a run; `none` for a run that has not written any. */
function reading<T>(runFolder: string, none: T, read: (descriptor: number) => T): T {
  const path = metricsPath(runFolder);
  if (!existsSync(path)) return none;
  const descriptor = openSync(path, "r");
  try {
    return read(descriptor);
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
}

/**
 * Rows appended since `cursor` (a byte offset that an earlier call returned; 0 for all), not many more than `most` bytes of them. A file that
 * has become shorter than the cursor is read from its start.
 */
export function readMetrics(runFolder: string, cursor: number, most = Number.POSITIVE_INFINITY): MetricsPart {
  return reading(runFolder, { rows: [], cursor: 0, more: false }, (descriptor) => {
    const size = wholeSize(descriptor);
    const start = cursor > size ? 0 : cursor;
    for (let length = most; ; length *= 2) {
      const until = Math.min(size, start + length);
      const bytes = readRange(descriptor, start, until);
      const end = bytes.lastIndexOf(newline) + 1;
      // A line that is longer than the part: there is more of it.
      if (end === 0 && until < size) continue;
      return { rows: parseRows(bytes.subarray(0, end)), cursor: start + end, more: start + end < size };
    }
  });
}

/** A few rows. */
const tailBlock = 1 << 14;

/** The newest row that fits, or null. Reads back from the end of the file as far as it must. */
export function newestRow(runFolder: string, fits: (row: MetricsRow) => boolean): MetricsRow | null {
  return reading(runFolder, null, (descriptor) => {
    /** End of a line that begins before what was read so far. */
    let rest = Buffer.alloc(0);
    for (let end = wholeSize(descriptor); end > 0;) {
      const start = Math.max(0, end - tailBlock);
      const bytes = Buffer.concat([readRange(descriptor, start, end), rest]);
      const whole = start === 0 ? 0 : bytes.indexOf(newline) + 1;
      const row = parseRows(bytes.subarray(whole)).findLast(fits);
      if (row) return row;
      rest = bytes.subarray(0, whole);
      end = start;
    }
    return null;
  });
}

/** Bytes of metrics that a run has written. It grows with every step, also with one that is run again after a resume. */
export const metricsSize = (runFolder: string): number =>
  statSync(metricsPath(runFolder), { throwIfNoEntry: false })?.size ?? 0;
