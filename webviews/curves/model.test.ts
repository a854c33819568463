import { beforeAll, expect, test, vi } from "vitest";
import { usualLayout } from "../../server/protocol/panel-layout";
import type { CurvePicture, CurvePictureRequest } from "../../server/protocol/curves";
import type { ChartSpec } from "../charts/chart-spec";
import type { Client, HostPort } from "../shared/client";
import type { curvesModel as CurvesModel } from "./model";

let curvesModel: typeof CurvesModel;
beforeAll(async () => {
  vi.stubGlobal("acquireVsCodeApi", () => null);
  ({ curvesModel } = await import("./model"));
});

interface Row {
  readonly stage: string;
  readonly step: number;
  readonly loss: number;
}
const row = (stage: string, step: number): Row => ({ stage, step, loss: 1 });
const run = (stages: readonly string[]) => ({
  folder: "/r",
  workspaceFolder: "/",
  problem: null,
  checkpoints: [],
  progress: null,
  record: { status: "running", stages: stages.map((name) => ({ name, kind: "cold-start" })) },
});
const loss: ChartSpec = {
  id: "loss",
  title: "Loss",
  series: [{ key: "loss", label: "loss" }],
  band: null,
  limits: null,
  sparse: false,
  note: null,
};

const packed = (values: readonly number[]): string =>
  btoa(String.fromCharCode(...new Uint8Array(Float64Array.from(values).buffer)));

function overviewOf(rows: readonly Row[], stage: string | null) {
  const stages = [...new Set(rows.map((one) => one.stage))];
  const shown = stage === "*" ? stages : stages.includes(stage ?? "") ? [stage!] : stages.slice(-1);
  const own = rows.filter((one) => shown.includes(one.stage));
  return {
    version: "1",
    read: 1,
    of: 1,
    stages,
    shown,
    rows: own.length,
    metrics: ["loss", "reward"].map((key) => ({ key, first: 1, newest: 1, step: own.at(-1)?.step ?? 0 })),
    damaged: { count: 0, first: 0 },
    leftOut: 0,
  };
}

function pictureOf(rows: readonly Row[], stages: readonly string[], { known, series }: CurvePictureRequest) {
  const own = rows.filter(({ stage, step }) => stages.includes(stage) && (known === null || step >= known.from));
  return {
    version: "1",
    width: 0,
    from: known?.from ?? null,
    range: [0, 10],
    places: own.length,
    x: packed(own.map(({ step }) => step)),
    steps: packed(own.map(({ step }) => step)),
    times: packed(own.map(() => 0)),
    stages: [...new Set(own.map(({ stage }) => stage))].map((name): [string, number] => [
      name,
      own.findIndex(({ stage }) => stage === name),
    ]),
    borders: [],
    edits: [],
    moreEdits: 0,
    columns: [series.map(() => ({ values: packed(own.map((one) => one.loss)), line: null, left: false }))],
    unplaced: [],
  } satisfies CurvePicture;
}

interface Asked extends CurvePictureRequest {
  readonly stage: string | null;
  readonly stages: readonly string[];
  readonly sources: readonly { readonly stages: readonly string[] }[];
}

/** A host with these rows, and a page's stored state. */
function page(rows: () => readonly Row[], stored?: unknown, file: () => readonly Row[] = () => []) {
  let state = stored;
  const asked: (readonly [string, Asked])[] = [];
  const port: HostPort = { postMessage: () => undefined, getState: () => state, setState: (next) => (state = next) };
  const answers: Record<string, (params: Asked) => unknown> = {
    listRuns: () => [run(["a", "b"])],
    readHealth: () => [],
    readCurves: ({ stage }) => overviewOf(rows(), stage),
    drawCurves: (params) => pictureOf(rows(), params.sources[0]!.stages, params),
    readTracker: ({ stage }) => ({
      tool: "verl",
      notes: ["no texts"],
      health: [],
      overview: overviewOf(file(), stage),
    }),
    drawTracker: (params) => pictureOf(file(), params.stages, params),
  };
  const ask = (type: string, params: Asked): Promise<unknown> => {
    asked.push([type, params]);
    return Promise.resolve(answers[type]!(params));
  };
  const model = curvesModel({ ask } as unknown as Client, port, () => undefined);
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  };
  const pulled = async (): Promise<void> => {
    void model.pull();
    await settled();
    model.want([loss], 256, [loss]);
    await settled();
  };
  return { model, pulled, settled, asked, state: () => state };
}

test("zoom, hidden lines and scroll outlive a page that is made anew", async () => {
  const rows = [row("a", 1), row("a", 2)];
  const first = page(() => rows);
  await first.pulled();
  first.model.look({ zoom: [0.5, 1.5], hidden: ["loss"] });
  first.model.keep({ scroll: 70 });
  const second = page(() => rows, first.state());
  await second.pulled();
  expect(second.model.place()).toMatchObject({ zoom: [0.5, 1.5], hidden: ["loss"], scroll: 70 });
});

test("a zoom is of the stage that it was made on", async () => {
  let rows = [row("a", 1), row("a", 2)];
  const { model, pulled } = page(() => rows);
  await pulled();
  model.look({ zoom: [0, 1] });
  await pulled();
  expect(model.place().zoom).toEqual([0, 1]);
  rows = [...rows, row("b", 1)];
  await pulled();
  expect(model.shownStages()).toEqual(["b"]);
  expect(model.place().zoom).toBeNull();
});

test("a place from before lines could be hidden is still a place", async () => {
  const old = { run: "/r", stage: "a", step: null, smoothing: 0.5, more: true, scroll: 3 };
  const { model, pulled } = page(() => [row("a", 1)], old);
  await pulled();
  expect(model.place()).toEqual({
    ...old,
    hidden: [],
    zoom: null,
    tables: [],
    log: false,
    layout: usualLayout,
    file: null,
    editor: false,
    axis: "step",
    compare: null,
    draft: null,
  });
});

test("of a run that grows what is new is asked for; with other charts, stages or smoothing all of it", async () => {
  let rows = [row("a", 1), row("a", 2)];
  const { model, pulled, settled, asked } = page(() => rows);
  await pulled();
  expect(model.timeline()?.columns.get("loss")).toEqual([1, 1]);
  rows = [...rows, row("a", 3)];
  await pulled();
  const pictures = (): (CurvePictureRequest["known"] | undefined)[] =>
    asked.flatMap(([type, { known }]) => (type === "drawCurves" ? [known] : []));
  expect(pictures()).toEqual([null, { version: "1", width: 0, from: 2 }]);
  expect(model.timeline()?.x).toEqual([1, 2, 3]);
  expect(model.timeline()?.stages).toEqual(["a", "a", "a"]);
  model.look({ smoothing: 0.5 });
  await settled();
  expect(pictures().at(-1)).toBeNull();
  model.want([loss, { ...loss, id: "held-out-loss", sparse: true }], 256, []);
  await settled();
  expect(pictures()).toHaveLength(3);
});

test("what is in sight is asked for first, then the rest", async () => {
  const { model, settled, asked } = page(() => [row("a", 1), row("a", 2)]);
  const series = (): string[][] =>
    asked.flatMap(([type, params]) => (type === "drawCurves" ? [params.series.map(({ key }) => key)] : []));
  const reward: ChartSpec = { ...loss, id: "reward", series: [{ key: "reward", label: "reward" }] };
  void model.pull();
  await settled();
  model.want([loss, reward], 256, [loss]);
  await settled();
  expect(series()).toEqual([["loss"]]);
  // As the view does once it has drawn that.
  model.want([loss, reward], 256, [loss]);
  await settled();
  expect(series()).toEqual([["loss"], ["loss", "reward"]]);
});

test("a place that is told while runs are being listed is asked for once", async () => {
  const { model, settled, asked } = page(() => [row("a", 1), row("b", 1)]);
  void model.pull();
  model.go({ run: "/r", stage: "a", step: null });
  await settled();
  expect(asked.flatMap(([type, { stage }]) => (type === "readCurves" ? [stage] : []))).toEqual(["a"]);
  expect(asked.filter(([type]) => type === "listRuns")).toHaveLength(1);
});

test("metrics of another tool stand in place of a run until the reader goes back", async () => {
  let rows = [row("x", 1)];
  const { model, settled, pulled, asked } = page(
    () => [row("a", 7)],
    null,
    () => rows,
  );
  model.go({ run: null, file: "/elsewhere/metrics.jsonl" });
  await settled();
  await pulled();
  expect(model.tracker()).toEqual({ file: "/elsewhere/metrics.jsonl", tool: "verl", notes: ["no texts"] });
  expect(model.timeline()?.steps).toEqual([1]);
  expect(model.run()).toBeNull();
  rows = [...rows, row("x", 2)];
  await pulled();
  expect(model.timeline()?.steps).toEqual([1, 2]);
  expect(asked.map(([type]) => type)).not.toContain("listRuns");
  model.go({ file: null, run: null, stage: null });
  await pulled();
  expect(model.tracker()).toBeNull();
  expect(model.timeline()?.steps).toEqual([7]);
});
