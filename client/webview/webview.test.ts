import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { answer, fileWithin, knownRuns } from "./answers";
import type { RunReader } from "./answers";
import { pageHtml } from "./page-html";

test("the page may load its script and its own styles, and nothing else", () => {
  const html = pageHtml({
    title: "Live Curves",
    nonce: "n0nce",
    cspSource: "https://*.example",
    script: "https://a.example/curves.js",
    style: "https://a.example/curves.css",
  });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'nonce-n0nce'");
  expect(policy).not.toMatch(/unsafe|\*(?!\.)|data:/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('<script nonce="n0nce" src="https://a.example/curves.js">');
});

function reader() {
  const run: RunEntry = {
    folder: "/w/run",
    workspaceFolder: "/w",
    record: null,
    problem: null,
    checkpoints: [],
    progress: null,
    live: null,
  };
  const calls: unknown[] = [];
  const call =
    <Result>(name: string, result: Result) =>
    (params?: unknown): Promise<Result> => {
      calls.push([name, params]);
      return Promise.resolve(result);
    };
  const api: RunReader = {
    listRuns: call("listRuns", [run]),
    readMetrics: call("readMetrics", { rows: [], cursor: 0, more: false }),
    traceSteps: call("traceSteps", []),
    traceGroups: call("traceGroups", { total: 0, groups: [] }),
    traceGroup: call("traceGroup", []),
    traceTokens: call("traceTokens", []),
    readBehaviours: call("readBehaviours", {
      ...{ version: 0, whole: true, points: [], comparisons: [], pending: 0, reflectionWords: [] },
    }),
    behaviourExamples: call("behaviourExamples", []),
    readLabelState: () => expect.unreachable("nothing is labelled"),
    giveLabel: () => expect.unreachable("nothing is labelled"),
    undoLabel: () => expect.unreachable("nothing is labelled"),
    readPipeline: call("readPipeline", {
      ...{ name: "", workspaceFolder: "/w", recipeFile: "", model: "", run: null, progress: null },
      ...{ stages: [], problem: null },
    }),
    readStageReport: call("readStageReport", null),
  };
  return { reader: knownRuns(api), calls };
}

const nothingOpens = {
  traces: () => expect.unreachable("no traces were asked for"),
  source: () => expect.unreachable("no source was asked for"),
  result: () => expect.unreachable("no result was asked for"),
};

test("a page reads runs of the list only", async () => {
  const { reader: api, calls } = reader();
  const outside = answer({ type: "metrics", id: 1, run: "/etc", cursor: 0 }, api, nothingOpens);
  await expect(outside).rejects.toThrow("/etc");
  await answer({ type: "metrics", id: 2, run: "/w/run", cursor: 7 }, api, nothingOpens);
  expect(calls).toEqual([
    ["listRuns", undefined],
    ["readMetrics", { folder: "/w/run", cursor: 7 }],
  ]);
});

test("a click on a point opens its traces", async () => {
  const opened: unknown[] = [];
  const rollout = { purpose: "train", group: 2, sample: 7 } as const;
  const request = { type: "open-traces", id: 1, run: "/w/run", stage: "rl", step: 4, rollout } as const;
  expect(await answer(request, reader().reader, { ...nothingOpens, traces: (place) => opened.push(place) })).toBeNull();
  expect(opened).toEqual([{ run: "/w/run", stage: "rl", step: 4, rollout }]);
});

test("a stage's results are opened for runs of the list only", async () => {
  const opened: unknown[] = [];
  const open = { ...nothingOpens, result: (place: unknown) => opened.push(place) };
  const result = { what: "card", checkpoint: "rl-4" } as const;
  expect(await answer({ type: "open-result", id: 1, run: "/w/run", result }, reader().reader, open)).toBeNull();
  const outside = answer({ type: "open-result", id: 2, run: "/etc", result }, reader().reader, open);
  await expect(outside).rejects.toThrow("/etc");
  expect(opened).toEqual([{ run: "/w/run", result }]);
});

test("a recipe's pipeline is read by its URI, a run's by its folder", async () => {
  const { reader: api, calls } = reader();
  await answer({ type: "pipeline", id: 1, run: null, recipe: "file:///w/a.lab.json" }, api, nothingOpens);
  await answer({ type: "pipeline", id: 2, run: "/w/run", recipe: "file:///w/a.lab.json" }, api, nothingOpens);
  expect(calls).toEqual([
    ["readPipeline", { folder: null, recipeUri: "file:///w/a.lab.json" }],
    ["listRuns", undefined],
    ["readPipeline", { folder: "/w/run", recipeUri: null }],
  ]);
});

test("the place of a reward error is opened when it lies in the workspace, and only then", () => {
  const workspace = resolve("w");
  expect(fileWithin(workspace, join("rewards", "sum.reward.ts"))).toBe(join(workspace, "rewards", "sum.reward.ts"));
  expect(fileWithin(workspace, join(workspace, "..name", "a.ts"))).toBe(join(workspace, "..name", "a.ts"));
  for (const outside of [join("..", "secret"), resolve("elsewhere"), "", workspace]) {
    expect(() => fileWithin(workspace, outside)).toThrow("not in the workspace folder");
  }
});
