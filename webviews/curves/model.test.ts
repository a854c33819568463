import { beforeAll, expect, test, vi } from "vitest";
import { usualLayout } from "../../server/protocol/panel-layout";
import type { Client, HostPort } from "../shared/client";
import type { curvesModel as CurvesModel } from "./model";

let curvesModel: typeof CurvesModel;
beforeAll(async () => {
  vi.stubGlobal("acquireVsCodeApi", () => null);
  ({ curvesModel } = await import("./model"));
});

const row = (stage: string, step: number) => ({ stage, step, time: 0, loss: 1 });
const run = (stages: readonly string[]) => ({
  folder: "/r",
  workspaceFolder: "/",
  problem: null,
  checkpoints: [],
  progress: null,
  record: { status: "running", stages: stages.map((name) => ({ name, kind: "cold-start" })) },
});

/** A host with these rows, and a page's stored state. */
function page(rows: () => readonly object[], stored?: unknown) {
  let state = stored;
  const port: HostPort = { postMessage: () => undefined, getState: () => state, setState: (next) => (state = next) };
  const ask = (type: string): Promise<unknown> =>
    Promise.resolve(
      type === "listRuns"
        ? [run(["a", "b"])]
        : type === "readHealth"
          ? []
          : type === "readRescoredCurves"
            ? { time: 0, steps: null }
            : { rows: rows(), cursor: 1, more: false, lines: rows().length, damaged: { count: 0, first: 0 } },
    );
  const model = curvesModel({ ask } as unknown as Client, port, () => undefined);
  const pulled = async (): Promise<void> => {
    model.pull();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { model, pulled, state: () => state };
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
  expect(model.place()).toEqual({ ...old, hidden: [], zoom: null, layout: usualLayout, file: null });
});

test("another look at the charts draws what is laid out already", async () => {
  const { model, pulled } = page(() => [row("a", 1), row("a", 2)]);
  await pulled();
  const line = model.timeline();
  model.look({ smoothing: 0.5 });
  expect(model.place().smoothing).toBe(0.5);
  expect(model.timeline()).toBe(line);
});

test("rows that cannot be read are told with the line in the file, whatever part it came in", async () => {
  const port: HostPort = { postMessage: () => undefined, getState: () => null, setState: () => undefined };
  const parts = [
    { rows: [row("a", 1)], cursor: 10, more: true, lines: 40, damaged: { count: 0, first: 0 } },
    { rows: [row("a", 2)], cursor: 20, more: false, lines: 3, damaged: { count: 1, first: 2 } },
    { rows: [], cursor: 30, more: false, lines: 1, damaged: { count: 1, first: 1 } },
  ];
  const ask = (type: string): Promise<unknown> =>
    Promise.resolve(
      type === "listRuns"
        ? [run(["a"])]
        : type === "readRescoredCurves"
          ? { time: 0, steps: null }
          : type === "readHealth"
            ? []
            : (parts.shift() ?? null),
    );
  const model = curvesModel({ ask } as unknown as Client, port, () => undefined);
  const pulled = async (): Promise<void> => {
    model.pull();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  expect(model.damaged()).toBeNull();
  await pulled();
  expect(model.damaged()).toMatch(/^metrics\.jsonl:42 is damaged/);
  await pulled();
  expect(model.damaged()).toMatch(/^metrics\.jsonl has 2 damaged lines, the first at metrics\.jsonl:42/);
});

test("metrics of another tool stand in place of a run until the reader goes back", async () => {
  let state: unknown = null;
  const port: HostPort = { postMessage: () => undefined, getState: () => state, setState: (next) => (state = next) };
  const part = { version: "1", tool: "verl", more: true, notes: ["no texts"], health: [], rows: [row("x", 1)] };
  const answers: Record<string, (params: { from?: number; version?: string | null }) => unknown> = {
    listRuns: () => [run(["a"])],
    readHealth: () => [],
    readMetrics: () => ({ rows: [row("a", 7)], cursor: 1, more: false, lines: 1, damaged: { count: 0, first: 0 } }),
    readTracker: ({ from = 0, version }) =>
      version === null ? part : from === 1 ? { ...part, more: false, rows: [row("x", 2)] } : null,
  };
  const asked: string[] = [];
  const ask = (type: string, params: object): Promise<unknown> => {
    asked.push(type);
    return Promise.resolve(answers[type]!(params));
  };
  const model = curvesModel({ ask } as unknown as Client, port, () => undefined);
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 40; turn++) await Promise.resolve();
  };
  model.go({ run: null, file: "/elsewhere/metrics.jsonl" });
  await settled();
  expect(model.tracker()).toEqual({ file: "/elsewhere/metrics.jsonl", tool: "verl", notes: ["no texts"] });
  expect(model.timeline()?.steps).toEqual([1, 2]);
  expect(model.run()).toBeNull();
  model.pull();
  await settled();
  expect(model.timeline()?.steps).toEqual([1, 2]);
  expect(asked).not.toContain("listRuns");
  model.go({ file: null, run: null, stage: null });
  await settled();
  expect(model.tracker()).toBeNull();
  expect(model.timeline()?.steps).toEqual([7]);
});
