/** Which runs the tree shows, and in which order. */
import { basename } from "node:path";
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import { isLive } from "../../server/protocol/run";
import { runTitle } from "../../server/protocol/run-title";

export const sortOrders = {
  newest: { label: "Newest first", icon: "arrow-down" },
  oldest: { label: "Oldest first", icon: "arrow-up" },
  name: { label: "By name", icon: "case-sensitive" },
  status: { label: "By status: running, paused and failed, then the others", icon: "pulse" },
  passed: { label: "By held-out pass@1, best first", icon: "star" },
} as const;
export type SortOrder = keyof typeof sortOrders;

export const treeViewSchema = z.object({
  order: z.enum(Object.keys(sortOrders) as SortOrder[]).catch("newest"),
  /** Words that a run must have; empty: all are shown. */
  filter: z.string().max(500).catch(""),
});
export type TreeView = z.infer<typeof treeViewSchema>;

const collator = new Intl.Collator(undefined, { numeric: true });

const nameOf = ({ folder, record, label }: RunEntry): string => label?.name ?? record?.name ?? basename(folder);

const ranks = ["running", "stopping", "paused", "failed", "interrupted", "stopped", "completed"];
const rank = ({ record }: RunEntry): number =>
  record === null ? ranks.indexOf("failed") : ranks.indexOf(record.status);

/** pass@1 of the last stage that was measured; below all others where none was. */
const passed = ({ record }: RunEntry): number =>
  (record?.stages ?? []).reduce((last, { before, after }) => (after ?? before)?.pass_at_1 ?? last, -1);

const comparisons: Readonly<Record<SortOrder, (a: RunEntry, b: RunEntry) => number>> = {
  newest: () => 0,
  oldest: () => 0,
  name: (a, b) => collator.compare(nameOf(a), nameOf(b)),
  status: (a, b) => rank(a) - rank(b),
  passed: (a, b) => passed(b) - passed(a),
};

/** What a filter looks at. */
const wordsOf = (run: RunEntry): string =>
  [
    runTitle(run),
    run.record?.name ?? "",
    run.record?.id ?? basename(run.folder),
    run.record?.recipeFile ?? "",
    run.record?.status ?? "damaged",
    basename(run.workspaceFolder),
    ...(run.label?.tags ?? []).map((tag) => `#${tag}`),
    run.label?.note ?? "",
    ...(isLive(run.record) ? ["live"] : []),
  ]
    .join("\n")
    .toLowerCase();

/** `runs`: newest first. A filter is of words that must all be there; `#tag` is one of a tag, `-word` of what must not be. */
export function arrangedRuns(runs: readonly RunEntry[], { order, filter }: TreeView): RunEntry[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = runs.filter((run) => {
    const all = wordsOf(run);
    return words.every((word) =>
      word.length > 1 && word.startsWith("-") ? !all.includes(word.slice(1)) : all.includes(word),
    );
  });
  return order === "oldest" ? shown.toReversed() : shown.toSorted(comparisons[order]);
}
