import { expect, test } from "vitest";
import { mergeRows, noTables, timeline } from "./metric-table";
import { withEvents, type RunEvent } from "./run-events";

const rows = (stage: string, steps: readonly number[]) => steps.map((step) => ({ stage, step, time: 0, loss: 1 }));
const tables = noTables();
mergeRows(tables, [...rows("sft", [1, 2, 3]), ...rows("rl", [1, 5, 9])]);
const event = (stage: string, step: number, note: string | null = null): RunEvent => ({
  kind: note === null ? "checkpoint" : "note",
  stage,
  step,
  label: `${stage}-${step}`,
  note,
});

test("an event stands at its step, or at the newest row before it; those of stages that are not shown are left out", () => {
  const line = withEvents(timeline(tables, ["rl"]), [event("rl", 5), event("rl", 8, "n"), event("sft", 2)], false);
  expect(line.marks).toEqual([
    { x: 5, kind: "checkpoint", label: "rl-5", short: "", edit: null },
    { x: 5, kind: "note", label: "rl-8", short: "", edit: null, note: "n" },
  ]);
});

test("stages one after the other have their events each in its own part", () => {
  const line = withEvents(timeline(tables, ["sft", "rl"]), [event("sft", 3), event("rl", 0), event("rl", 9)], false);
  expect(line.marks.filter(({ kind }) => kind === "checkpoint").map(({ x }) => x)).toEqual([2, 3, 5]);
});

test("of a part of the steps, events of others are left out, and do not pile up at its edge", () => {
  const part = { ...timeline(tables, ["rl"]), steps: [5, 9], x: [5, 9], stages: ["rl", "rl"] };
  expect(withEvents(part, [event("rl", 1), event("rl", 9), event("rl", 20)], true).marks.map(({ x }) => x)).toEqual([
    9,
  ]);
});
