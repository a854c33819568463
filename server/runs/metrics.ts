/** `metrics.jsonl`: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { metricsRowSchema, type MetricsRow } from "../protocol/metrics";
import { writing } from "./atomic-file";
import { metricsPath } from "./paths";

const newline = 0x0a;

function readRange(descriptor: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Size of the file without a torn last line. */
function wholeSize(descriptor: number): number {
  const block = 1 << 16;
  for (let end = fstatSync(descriptor).size; end > 0;) {
    const start = Math.max(0, end - block);
    const last = readRange(descriptor, start, end).lastIndexOf(newline);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

export interface MetricsLog {
  append(row: MetricsRow): void;
  close(): void;
}

export function openMetricsLog(runFolder: string): MetricsLog {
  const path = metricsPath(runFolder);
  const descriptor = openSync(path, existsSync(path) ? "r+" : "w+");
  let size = wholeSize(descriptor);
  ftruncateSync(descriptor, size);
  return {
    append(row) {
      const line = Buffer.from(`${JSON.stringify(row)}\n`);
      writing(path, () => {
        try {
          for (let done = 0; done < line.length;)
            done += writeSync(descriptor, line, done, line.length - done, size + done);
        } catch (error) {
          ftruncateSync(descriptor, size);
          throw error;
        }
      });
      size += line.length;
    },
    close: () => closeSync(descriptor),
  };
}

function parseRow(line: string): MetricsRow | null {
  try {
    const parsed = metricsRowSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Rows appended since `cursor` (a byte offset that an earlier call returned; 0 for all). Lines that are not rows, which only another
 * program can have written, are left out. A file that has become shorter than the cursor is read from its start.
 */
export function readMetrics(runFolder: string, cursor: number): { rows: MetricsRow[]; cursor: number } {
  const path = metricsPath(runFolder);
  if (!existsSync(path)) return { rows: [], cursor: 0 };
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = cursor > size ? 0 : cursor;
    const bytes = readRange(descriptor, start, size);
    const end = bytes.lastIndexOf(newline) + 1;
    const rows = bytes
      .subarray(0, end)
      .toString("utf8")
      .split("\n")
      .map((line) => (line === "" ? null : parseRow(line)))
      .filter((row) => row !== null);
    return { rows, cursor: start + end };
  } finally {
    closeSync(descriptor);
  }
}
