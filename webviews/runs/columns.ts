/** Columns of the table of runs: what each says of a run, and how runs are sorted by it. */
import { t } from "../shared/l10n";
import type { RunEntry } from "../../server/protocol/editor";
import type { RunRow, RunTable } from "../../server/protocol/run-table";
import { durationText } from "../../server/shared/duration";
import { sizeText } from "../../server/shared/size-text";
import { formatNumber } from "../shared/format";
import { runFolderName } from "../../server/protocol/run-title";
import { runHeadline } from "../shared/run-labels";

/** A run with what the table knows of it. */
export interface Row {
  readonly run: RunEntry;
  /** What it is called among all runs. */
  readonly title: string;
  readonly known: RunRow | null;
}

/** What sorts: null stands behind all others. */
type Sortable = string | number | null;

export interface Column {
  readonly id: string;
  readonly title: string;
  /** In full, where the cell is too small for it. */
  readonly text: (row: Row) => string;
  readonly sort: (row: Row) => Sortable;
  /** Numbers stand at the right. */
  readonly numeric: boolean;
}

const seconds = ({ run }: Row): number | null =>
  run.record === null ? null : run.record.stages.reduce((sum, stage) => sum + stage.seconds, 0);

/** Metric that has a column of its own, which is known of stages that were measured, too. */
const passMetric = "eval/pass@1";

/** The newest that was measured: in the metrics, or at the end of the last stage that was. */
const passed = ({ run, known }: Row): number | null =>
  known?.newest[passMetric] ??
  (run.record?.stages ?? []).reduce<number | null>(
    (last, { before, after }) => (after ?? before)?.pass_at_1 ?? last,
    null,
  );

const shown = (value: number | null): string => (value === null ? "–" : formatNumber(value));
const tagsOf = ({ run }: Row): string => (run.label?.tags ?? []).map((tag) => `#${tag}`).join(" ");

const ofRuns: readonly Column[] = [
  {
    id: "name",
    title: t("Run"),
    numeric: false,
    text: ({ title }) => title,
    // Dates are not in the order of their texts.
    sort: ({ run }) => `${run.label?.name ?? run.record?.name ?? ""} ${run.record?.created ?? runFolderName(run)}`,
  },
  {
    id: "status",
    title: t("Status"),
    numeric: false,
    text: ({ run }) => runHeadline(run).text,
    sort: ({ run }) => runHeadline(run).text,
  },
  {
    id: "started",
    title: t("Started"),
    numeric: false,
    text: ({ run }) => (run.record === null ? "–" : new Date(run.record.created).toLocaleString()),
    sort: ({ run }) => run.record?.created ?? null,
  },
  {
    id: "time",
    title: t("Time"),
    numeric: true,
    text: (row) => {
      const time = seconds(row);
      return time === null ? "–" : durationText(time);
    },
    sort: seconds,
  },
  { id: "tags", title: t("Tags"), numeric: false, text: tagsOf, sort: (row) => tagsOf(row) || null },
  {
    id: "note",
    title: t("Note"),
    numeric: false,
    text: ({ run }) => run.label?.note ?? run.label?.problem ?? "",
    sort: ({ run }) => run.label?.note ?? null,
  },
  { id: "passed", title: t("held-out pass@1"), numeric: true, text: (row) => shown(passed(row)), sort: passed },
];

const size: Column = {
  id: "size",
  title: t("On disk"),
  numeric: true,
  text: ({ known }) => (known?.bytes === null || known?.bytes === undefined ? "…" : sizeText(known.bytes)),
  sort: ({ known }) => known?.bytes ?? null,
};

/** A value of a setting is JSON: text without its quotes. */
const settingText = (value: string | null | undefined): string =>
  value === null || value === undefined ? "–" : value.replace(/^"([^"\\]*)"$/, "$1");

function settingSort(value: string | null | undefined): Sortable {
  if (value === null || value === undefined) return null;
  return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : settingText(value);
}

/** What columns say of a row, once: dates and names in the reader's language take their time. */
const said = new WeakMap<Row, Map<string, string>>();

export function textOf(row: Row, { id, text }: Column): string {
  const known = said.get(row) ?? new Map<string, string>();
  said.set(row, known);
  const found = known.get(id) ?? text(row);
  known.set(id, found);
  return found;
}

/** All columns of a table; before it is there those that the list of runs has. */
export function columnsOf(table: RunTable | null, several: boolean): Column[] {
  const folder: Column = {
    id: "folder",
    title: t("Folder"),
    numeric: false,
    text: ({ run }) => run.workspaceFolder.split(/[\\/]/).filter(Boolean).at(-1) ?? run.workspaceFolder,
    sort: ({ run }) => run.workspaceFolder,
  };
  const others = (table?.numbers ?? []).filter((name) => name !== passMetric);
  const numbers = others.map((name): Column => {
    const value = ({ known }: Row): number | null => known?.newest[name] ?? null;
    return { id: `number ${name}`, title: name, numeric: true, text: (row) => shown(value(row)), sort: value };
  });
  const settings = (table?.settings ?? []).map((path, at): Column => {
    const value = ({ known }: Row): string | null | undefined => known?.settings[at];
    return {
      id: `setting ${path}`,
      title: path,
      numeric: false,
      text: (row) => settingText(value(row)),
      sort: (row) => settingSort(value(row)),
    };
  });
  return [...ofRuns, ...(several ? [folder] : []), ...numbers, size, ...settings];
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(a: Sortable, b: Sortable): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

/** Rows in the order of a column; what has no value stands last in both directions. */
export function sorted(rows: readonly Row[], column: Column, descending: boolean): Row[] {
  const keyed = rows.map((row) => ({ row, key: column.sort(row) }));
  return keyed
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      return descending ? compare(b.key, a.key) : compare(a.key, b.key);
    })
    .map(({ row }) => row);
}

/** Rows that have all words in one of their columns or in the name of their folder; `setting=value` is that of a setting, `-word` what must not be there. */
export function filtered(rows: readonly Row[], columns: readonly Column[], filter: string): Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...rows];
  return rows.filter((row) => {
    const all = columns.map((column) => {
      const value = textOf(row, column).toLowerCase();
      return column.id.startsWith("setting ") ? `${column.title.toLowerCase()}=${value}` : value;
    });
    const folder = runFolderName(row.run).toLowerCase();
    const has = (word: string): boolean => folder.includes(word) || all.some((text) => text.includes(word));
    return words.every((word) => (word.length > 1 && word.startsWith("-") ? !has(word.slice(1)) : has(word)));
  });
}
