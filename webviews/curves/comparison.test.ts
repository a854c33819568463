import { beforeAll, expect, test, vi } from "vitest";
import type { ChartSpec } from "../charts/chart-spec";
import type { Client } from "../shared/client";
import type { RunEntry } from "../../server/protocol/editor";
import { comparing, keyOf, runsNamed } from "./compared-runs";
import type { ComparisonPlace, comparisonModel as ComparisonModel } from "./comparison";
import type { openCompared as OpenCompared } from "./open-compared";

let comparisonModel: typeof ComparisonModel;
let openCompared: typeof OpenCompared;
beforeAll(async () => {
  vi.stubGlobal("acquireVsCodeApi", () => null);
  vi.stubGlobal("document", { querySelector: () => null });
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  ({ comparisonModel } = await import("./comparison"));
  ({ openCompared } = await import("./open-compared"));
});

const reward: ChartSpec = {
  id: "compare:reward",
  title: "Reward",
  series: [{ key: "reward", label: "reward" }],
  band: null,
  limits: null,
  sparse: false,
  note: null,
};
const run = (folder: string): RunEntry =>
  ({
    folder,
    workspaceFolder: "/",
    problem: null,
    label: null,
    checkpoints: [{ name: `${folder}-2`, stage: "rl", step: 2 }],
    progress: null,
    record: {
      id: folder,
      name: folder,
      created: "",
      recipe: { name: folder },
      seed: 1,
      hashes: { recipe: "", rewards: {}, data: {} },
      stages: [{ name: "rl" }],
      resumes: [{ time: 0, stage: "rl", step: 3 }],
    },
  }) as unknown as RunEntry;

const packed = (values: readonly number[]): string =>
  btoa(String.fromCharCode(...new Uint8Array(Float64Array.from(values).buffer)));
const overview = (stage: string, steps: number) => ({
  version: "1",
  read: 1,
  of: 1,
  stages: [stage],
  shown: [stage],
  rows: steps,
  metrics: [{ key: "reward", first: 1, newest: 1, step: steps }],
  damaged: { count: 0, first: 0 },
  leftOut: 0,
});
const picture = (stage: string, steps: number, sources: number, series: readonly unknown[]) => {
  const x = Array.from({ length: steps }, (_, at) => at + 1);
  return {
    version: "1",
    width: 0,
    from: null,
    range: [1, steps],
    places: steps,
    x: packed(x),
    steps: packed(x),
    times: packed(x),
    stages: [[stage, 0]],
    borders: [],
    edits: [{ x: 2, stage, step: 2, version: 2, before: "aaaaaaaa", after: "bbbbbbbb" }],
    moreEdits: 0,
    columns: Array.from({ length: sources }, () => series.map(() => ({ values: packed(x), line: null, left: false }))),
    unplaced: [],
  };
};

/** Two runs of four steps and a file of another tool with three. */
function comparison() {
  const asked: (readonly [string, unknown])[] = [];
  const answers: Record<string, (params: never) => unknown> = {
    readCurves: () => overview("rl", 4),
    readTracker: ({ stage }: { stage: string }) => ({
      tool: "verl",
      notes: ["no texts"],
      health: [],
      overview: overview(stage, 3),
    }),
    drawCurves: ({ sources, series }: { sources: unknown[]; series: unknown[] }) =>
      picture("rl", 4, sources.length, series),
    drawTracker: ({ series }: { series: unknown[] }) => picture("x", 3, 1, series),
    readStepNotes: ({ folder }: { folder: string }) =>
      folder === "b" ? [{ id: "n", stage: "rl", step: 4, text: "why?", time: 0 }] : [],
    readCurveRows: ({ runs }: { runs: unknown[] }) => runs.map(() => ({ stage: "rl", step: 3, time: 0, values: [] })),
    readTrackerRow: () => ({ stage: "x", step: 3, time: 0, values: [0.5] }),
    openTraces: () => null,
  };
  const client = {
    ask: (name: string, params: unknown) => {
      asked.push([name, params]);
      return Promise.resolve(answers[name]!(params as never));
    },
  } as unknown as Client;
  return { model: comparisonModel(client, () => undefined), client, asked };
}

const names = [...runsNamed(["a", "b"]), { folder: "/m.jsonl", tracker: "x" }];
const place = (more: Partial<ComparisonPlace["compare"]> = {}): ComparisonPlace => ({
  compare: { ...comparing(names), ...more },
  stage: null,
  axis: "step",
  smoothing: 0,
  zoom: null,
  log: false,
});

test("edits, checkpoints, resumes and notes of each run are marked by its letter, of the baseline alone, or not at all", async () => {
  const { model } = comparison();
  await model.pull([run("a"), run("b")], place());
  model.want([reward], 256);
  await model.redraw(place());
  const marks = () =>
    model.state().line!.marks.map(({ kind, x, label, short, of }) => [kind, x, label[0], short, of?.folder]);
  expect(marks()).toEqual([
    ["reward", 2, "A", "A v2", "a"],
    ["checkpoint", 2, "A", "", "a"],
    ["reward", 2, "B", "B v2", "b"],
    ["checkpoint", 2, "B", "", "b"],
    ["resume", 3, "A", "", "a"],
    ["resume", 3, "B", "", "b"],
    ["note", 4, "B", "B", "b"],
  ]);
  await model.redraw(place({ marks: "baseline", baseline: "a" }));
  expect(new Set(model.state().line!.marks.map(({ of }) => of?.folder))).toEqual(new Set(["a"]));
  await model.redraw(place({ marks: "none" }));
  expect(model.state().line!.marks).toEqual([]);
});

test("what another tool recorded is drawn beside our runs, with the numbers at a place and a word on what was not read", async () => {
  const { model } = comparison();
  await model.pull([run("a"), run("b")], place());
  model.want([reward], 256);
  await model.redraw(place());
  const { line, lines, notes, members } = model.state();
  expect(lines.map(({ label }) => label)).toEqual(["A", "B", "C"]);
  expect(line!.columns.get("reward · C")).toEqual([1, 2, 3, null]);
  expect(notes).toEqual(["m.jsonl · x: no texts"]);
  expect(members[2]).toMatchObject({ run: null, problem: null });
  expect((await model.row(2, place())).get("reward · C")).toBe(0.5);
});

test("a click near a line opens the traces of its run at that step; another tool's run says that it has none", async () => {
  const { model, client, asked } = comparison();
  await model.pull([run("a"), run("b")], place());
  model.want([reward], 256);
  await model.redraw(place());
  const said: string[] = [];
  const opener = openCompared(
    client,
    { comparison: model.state, stepsAt: (index, members) => model.stepsAt(index, members, place()) },
    { say: (text) => said.push(text), told: (error) => said.push(String(error)) },
  );
  opener.open(2, "compare:reward", "reward · B");
  opener.open(2, "compare:reward", "reward · C");
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(asked.filter(([name]) => name === "openTraces")).toEqual([
    ["openTraces", { folder: "b", stage: "rl", step: 3 }],
  ]);
  expect(said).toEqual(["C (m.jsonl · x) was recorded by another tool: its rollouts are not here."]);
  expect(keyOf(names[2]!)).toBe("/m.jsonl\0x");
});
