import { beforeAll, expect, test } from "vitest";
import type { GroupSummary, StepIndexEntry } from "../../server/protocol/traces";
import { stubVsCode, testHost, testRun } from "../shared/host.testing";
import type { tracesModel as TracesModel } from "./model";

let tracesModel: typeof TracesModel;
beforeAll(async () => {
  stubVsCode();
  ({ tracesModel } = await import("./model"));
});

const index: StepIndexEntry[] = [1, 2].map((step) => ({ stage: "rl", step, purpose: "train", rollouts: 8 }));
const group = (step: number, at: number) =>
  ({ stage: "rl", step, purpose: "train", group: at, prompt: `prompt ${at}` }) as unknown as GroupSummary;

const found = { at: [0, 3], more: false };
const counted = { rollouts: 520, share: 1, done: true };

/** A run of 260 groups a step, with two samples each of three tokens. */
function page(stored?: unknown, more: Readonly<Record<string, (params: never) => unknown>> = {}) {
  const host = testHost(
    {
      listRuns: () => [testRun("/r", ["rl"])],
      traceSteps: () => index,
      traceGroups: ({ filter, offset, limit }: { filter: { step: number }; offset: number; limit: number }) => ({
        groups: Array.from({ length: Math.min(limit, 260 - offset) }, (_, at) => group(filter.step, offset + at)),
        total: 260,
        ...counted,
      }),
      traceTimeline: () => ({ bins: [], done: true }),
      traceRewards: () => ["correct"],
      readFilters: () => [],
      traceMatches: () => ({ samples: [1], marks: [{ sample: 1, prompt: found, completion: found }] }),
      traceGroup: () => [
        { sample: 0, rewardHash: null },
        { sample: 1, rewardHash: "b" },
      ],
      readNotes: () => ({ notes: [], problem: null }),
      readRewardVersions: () => ({ versions: [], problem: null }),
      traceTokens: ({ sample, part }: { sample: number; part: string }) => ({
        count: 1,
        pending: part === "first",
        ids: part === "rest" ? "" : "AQAAAA==",
        texts: [{ id: 1, text: `of ${sample}` }],
        columns: {
          logprob: null,
          oldLogprob: part === "rest" ? null : "AAAAvw==",
          referenceLogprob: null,
          entropy: part === "first" ? null : "AAAAPw==",
          ratio: null,
          kl: null,
        },
        clipped: null,
        klEstimator: null,
        damaged: [],
      }),
      ...more,
    },
    stored,
  );
  return { host, model: tracesModel(host.client, host.port, () => undefined) };
}

test("the newest step opens with its first group, and the place outlives the page", async () => {
  const { host, model } = page();
  void model.pull();
  await host.settled();
  const { position, groups, total, samples, tokens, problem } = model.state();
  expect(position).toEqual({ stage: "rl", step: 2, purpose: "train" });
  expect([groups.size, total, samples?.length, tokens, problem]).toEqual([100, 260, 2, null, null]);
  model.openSample(1);
  await host.settled();
  const open = model.state().tokens;
  expect([open?.texts.get(1), open?.ids, open?.columns.oldLogprob]).toEqual([
    "of 1",
    Int32Array.of(1),
    Float32Array.of(-0.5),
  ]);
  const again = page(host.kept());
  void again.model.pull();
  await again.host.settled();
  expect(again.model.state()).toMatchObject({ place: { step: 2, sample: 1 }, tokens: { count: 1 } });
});

test("the rest of a long sample's numbers follows what is seen first, and joins it", async () => {
  let answerRest = (): void => undefined;
  const rest = new Promise<void>((resolve) => (answerRest = resolve));
  const asked: string[] = [];
  const { host, model } = page(undefined, {
    traceTokens: async ({ part }: { part: string }) => {
      asked.push(part);
      if (part === "rest") await rest;
      const column = (there: boolean) => (there ? "AAAAPw==" : null);
      const columns = { logprob: null, referenceLogprob: null, ratio: null, kl: null };
      return {
        count: 1,
        pending: part === "first",
        ids: part === "rest" ? "" : "AQAAAA==",
        texts: [],
        columns: { ...columns, oldLogprob: column(part !== "rest"), entropy: column(part !== "first") },
        clipped: null,
        top: null,
        topProblem: null,
        klEstimator: null,
        damaged: [],
      };
    },
  });
  void model.pull();
  await host.settled();
  model.openSample(1);
  await host.settled();
  const first = model.state().tokens;
  expect([first?.pending, first?.columns.oldLogprob, first?.columns.entropy]).toEqual([
    true,
    Float32Array.of(0.5),
    null,
  ]);
  answerRest();
  await host.settled();
  const whole = model.state().tokens;
  expect(whole?.ids).toBe(first?.ids);
  expect([whole?.pending, whole?.columns.oldLogprob, whole?.columns.entropy]).toEqual([
    false,
    Float32Array.of(0.5),
    Float32Array.of(0.5),
  ]);
  // What is tinted by other numbers waits for them.
  model.go({ measure: "entropy" });
  model.openSample(0);
  await host.settled();
  expect(asked).toEqual(["first", "rest", "whole"]);
});

test("groups that come into view are asked for once, wherever that is", async () => {
  const { host, model } = page();
  model.pull();
  await host.settled();
  model.viewList(580);
  await host.settled();
  expect(host.namesAsked().filter((name) => name === "traceGroups")).toHaveLength(1);
  model.keep({ scroll: { list: 58 * 210, detail: 0 } });
  model.viewList(580);
  model.viewList(580);
  await host.settled();
  model.viewList(580);
  await host.settled();
  expect(host.namesAsked().filter((name) => name === "traceGroups")).toHaveLength(3);
  expect([...model.state().groups.keys()].length).toBe(260);
  model.openAt(205);
  await host.settled();
  expect([model.openRow(), model.state().place.group?.group]).toEqual([205, 205]);
});

test("a count follows the first page, and a filter says which samples of the open group it asks for", async () => {
  const looks: { count: boolean; limit: number }[] = [];
  const { host, model } = page(undefined, {
    traceGroups: (asking: { count: boolean; limit: number }) => {
      looks.push(asking);
      const done = looks.length === 3;
      return { groups: [group(2, 0)], total: looks.length, rollouts: 1, share: looks.length / 3, done };
    },
  });
  model.keep({ where: "reward > 0" });
  model.pull();
  await host.settled();
  expect(looks.map(({ count, limit }) => [count, limit])).toEqual([
    [false, 100],
    [true, 1],
    [true, 1],
  ]);
  const { total, counted: so, matching, marks } = model.state();
  expect([total, so.done, matching]).toEqual([3, true, new Set([1])]);
  expect(marks.get(1)?.completion).toEqual(found);
});

test("an answer that has been overtaken is dropped", async () => {
  const waiting: ((groups: unknown) => void)[] = [];
  const slow = { traceGroups: () => new Promise((resolve) => waiting.push(resolve)) };
  const { host, model } = page(undefined, slow);
  model.pull();
  await host.settled();
  model.go({ step: 1, purpose: "train", stage: "rl" });
  await host.settled();
  waiting[1]!({ groups: [group(1, 7)], total: 1, ...counted });
  await host.settled();
  waiting[0]!({ groups: [group(2, 0)], total: 9, ...counted });
  await host.settled();
  expect([model.state().total, [...model.state().groups.values()].map(({ step }) => step)]).toEqual([1, [1]]);
});

test("what is being drawn is shown until it is recorded, of a run that lives", async () => {
  const drawing = { stage: "rl", step: 3, purpose: "train", samples: [] };
  let steps = index;
  const live = testRun("/r", ["rl"]);
  const running = { ...live, record: { ...live.record!, status: "running" as const } };
  const { host, model } = page(undefined, {
    listRuns: () => [running],
    traceSteps: () => steps,
    readDrawing: () => drawing,
  });
  void model.pull();
  await host.settled();
  expect(model.state().drawing).toEqual(drawing);
  steps = [...index, { stage: "rl", step: 3, purpose: "train", rollouts: 8 }];
  void model.pull();
  await host.settled();
  expect(model.state().drawing).toBeNull();
});

test("what a question fails with is said, and what is shown stays", async () => {
  let fails = false;
  const { host, model } = page(undefined, {
    traceSteps: () => {
      if (fails) throw new Error("traces.sqlite is locked.");
      return index;
    },
  });
  model.pull();
  await host.settled();
  fails = true;
  model.pull();
  await host.settled();
  expect([model.state().problem, model.state().groups.size]).toEqual(["traces.sqlite is locked.", 100]);
  fails = false;
  model.pull();
  await host.settled();
  expect(model.state().problem).toBeNull();
});

test("colours of the list grow with what is loaded for a question, also sorted otherwise, and begin anew with the next", async () => {
  const numbers = { rewardStd: 0.1, lengthMean: null };
  const { host, model } = page(undefined, {
    traceGroups: ({
      offset,
      limit,
      filter,
      sort,
    }: {
      offset: number;
      limit: number;
      filter: { where: string };
      sort: { by: string };
    }) => ({
      groups: Array.from({ length: Math.min(limit, 260 - offset) }, (_, at) => ({
        ...group(2, offset + at),
        ...numbers,
        rewardMean: filter.where !== "" ? 0.5 : sort.by === "newest" ? (offset + at) / 1000 : 0.1,
      })),
      total: 260,
      ...counted,
    }),
  });
  model.pull();
  await host.settled();
  expect(model.state().scales).toEqual({ reward: [0, 0.099], spread: [0, 0.1], tokens: [Infinity, -Infinity] });
  model.keep({ scroll: { list: 58 * 210, detail: 0 } });
  model.viewList(580);
  await host.settled();
  const far = model.state().scales.reward;
  expect(far[1]).toBeGreaterThan(0.2);
  model.go({ sort: { by: "reward", descending: true } });
  await host.settled();
  expect(model.state().scales.reward).toEqual(far);
  model.go({ where: "right" });
  await host.settled();
  expect(model.state().scales.reward).toEqual([0.5, 0.5]);
});

test("a run that is deleted while it is read gives way to another one, and that is said", async () => {
  let runs = [testRun("/runs/2026-12-01T060000-new", ["rl"]), testRun("/runs/2026-11-01T060000-old", ["rl"])];
  const { host, model } = page(undefined, { listRuns: () => runs });
  void model.pull();
  await host.settled();
  model.openSample(1);
  await host.settled();
  runs = runs.slice(1);
  void model.pull();
  await host.settled();
  const { run, told, place } = model.state();
  expect(run?.folder).toBe("/runs/2026-11-01T060000-old");
  expect(told?.text).toMatch(/^.+ is gone\. .+ is shown\.$/);
  expect(place.sample).toBeNull();
  const again = page({ ...place, run: "/runs/2026-12-01T060000-new" }, { listRuns: () => runs });
  void again.model.pull();
  await again.host.settled();
  expect(again.model.state().told?.text).toMatch(/^2026-12-01T060000-new is gone\./);
});
