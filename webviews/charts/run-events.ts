/** What happened at steps of a run beside its numbers, as marks over its curves: checkpoints, resumes, notes of people. */
import type { Mark, Timeline } from "./metric-table";

export interface RunEvent {
  readonly kind: "checkpoint" | "resume" | "note";
  readonly stage: string;
  readonly step: number;
  readonly label: string;
  /** Of a note. */
  readonly note: string | null;
}

/** Where the shown steps of each stage begin and end among the rows; those of a stage stand together and rise. */
function stageRows({ stages }: Timeline): Map<string, { readonly from: number; to: number }> {
  const rows = new Map<string, { readonly from: number; to: number }>();
  for (let at = 0; at < stages.length; at++) {
    const known = rows.get(stages[at]!);
    if (known === undefined) rows.set(stages[at]!, { from: at, to: at });
    else known.to = at;
  }
  return rows;
}

/** The newest row of a stage at or before a step; its first where all are later. */
function rowAt(
  steps: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  step: number,
): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The timeline with a mark for each event of a stage that is shown. `zoomed`: it is a part of the steps, and events of others are left out. */
export function withEvents(line: Timeline, events: readonly RunEvent[], zoomed: boolean): Timeline {
  if (events.length === 0 || line.x.length === 0) return line;
  const rows = stageRows(line);
  const marks = events.flatMap(({ kind, stage, step, label, note }): Mark[] => {
    const shown = rows.get(stage);
    if (shown === undefined) return [];
    if (zoomed && (step < line.steps[shown.from]! || step > line.steps[shown.to]!)) return [];
    const x = line.x[rowAt(line.steps, shown, step)]!;
    return [{ x, kind, label, short: "", edit: null, ...(note === null ? {} : { note }) }];
  });
  return { ...line, marks: [...line.marks, ...marks] };
}
