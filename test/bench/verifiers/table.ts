/** What was measured of the verifiers, as text and as Markdown. */
import { markdownTable } from "../../../server/shared/markdown-table";

/** One line of the table. */
export interface Row {
  /** What is measured: a case file, a kind of attack, a speed. */
  readonly what: string;
  /** What it must reach; empty for a figure that is only told. */
  readonly must: string;
  readonly measured: string;
  /** What the reference did with the same in the same run; empty without one. */
  readonly peer: string;
  readonly reached: boolean;
}

/** A part of the table: the verifier of one kind. Another kind is another section in `main.ts`. */
export interface Section {
  /** As in `--only`, and in the marks of docs/verifiers.md: `<!-- table:maths -->`. */
  readonly name: string;
  /** Calls `report` with each row as soon as it is known. */
  readonly measure: (options: MeasureOptions, report: (row: Row) => void) => Promise<void>;
}

export interface MeasureOptions {
  /** Folders of the case files and of the data sets. */
  readonly cases: string;
  readonly data: string;
  /** The repository's root. */
  readonly root: string;
  /** Fuzzed samples of each kind. */
  readonly runs: number;
  /** An interpreter with the reference; null without one. */
  readonly python: string | null;
}

export const rowText = ({ what, must, measured, peer, reached }: Row): string =>
  `${reached ? "ok    " : "MISSED"} ${what.padEnd(58)} ${measured}${must === "" ? "" : ` (must: ${must})`}${peer === "" ? "" : ` · ${peer}`}`;

export function measuredTable(rows: readonly Row[], peer: string | null): string {
  const head = ["what", "must", "measured", ...(peer === null ? [] : [peer])];
  const lines = rows.map((row) => [row.what, row.must, row.measured, ...(peer === null ? [] : [row.peer])]);
  return markdownTable([head, ...lines]);
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
export const share = (part: number, all: number): string =>
  `${whole(part)} of ${whole(all)} (${((100 * part) / all).toFixed(2)} %)`;

/** The value below which `part` of the values lie. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
