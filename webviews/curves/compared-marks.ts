/** What happened to one of several runs that are drawn over each other, as marks with its letter. */
import type { StepNote } from "../../server/protocol/annotations";
import type { CurveAxis } from "../../server/protocol/curves";
import type { Mark } from "../charts/metric-table";
import { withEvents } from "../charts/run-events";
import { letterOf, type Member } from "./compared-runs";
import { runEvents } from "./events-of-run";
import { timelineOf, type Picture } from "./picture";

/** `picture`: where the run's steps are; its lines may be missing. */
export function marksOfMember(
  { run, folder, style, overview }: Member,
  picture: Picture,
  notes: readonly StepNote[],
  axis: CurveAxis,
  zoomed: boolean,
  baseline: boolean,
): Mark[] {
  if (run === null || overview === null) return [];
  const line = timelineOf(picture, { ...overview, metrics: [] }, axis);
  const letter = letterOf(style);
  return withEvents(line, runEvents(run, notes), zoomed).marks.map((mark) => ({
    ...mark,
    label: `${letter}: ${mark.label}`,
    short: mark.short === "" && mark.note === undefined ? "" : `${letter} ${mark.short}`.trim(),
    of: { folder, style, baseline },
  }));
}
