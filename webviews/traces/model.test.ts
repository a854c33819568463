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

/** A run of 60 groups a step, with two samples each of three tokens. */
function page(stored?: unknown, more: Readonly<Record<string, (params: never) => unknown>> = {}) {
  const host = testHost(
    {
      listRuns: () => [testRun("/r", ["rl"])],
      traceSteps: () => index,
      traceGroups: ({ filter, offset, limit }: { filter: { step: number }; offset: number; limit: number }) => ({
        groups: Array.from({ length: Math.min(limit, 60 - offset) }, (_, at) => group(filter.step, offset + at)),
        total: 60,
      }),
      traceGroup: () => [
        { sample: 0, rewardHash: null },
        { sample: 1, rewardHash: "b" },
      ],
      readNotes: () => ({ notes: [], problem: null }),
      readRewardVersions: () => ({ versions: [], problem: null }),
      traceTokens: ({ sample }: { sample: number }) => ({
        count: 1,
        ids: "AQAAAA==",
        texts: [{ id: 1, text: `of ${sample}` }],
        columns: {
          logprob: null,
          oldLogprob: "AAAAvw==",
          referenceLogprob: null,
          entropy: null,
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
  model.pull();
  await host.settled();
  const { position, groups, total, samples, tokens, problem } = model.state();
  expect(position).toEqual({ stage: "rl", step: 2, purpose: "train" });
  expect([groups.length, total, samples?.length, tokens, problem]).toEqual([50, 60, 2, null, null]);
  model.openSample(1);
  await host.settled();
  const open = model.state().tokens;
  expect([open?.texts.get(1), open?.ids, open?.columns.oldLogprob]).toEqual([
    "of 1",
    Int32Array.of(1),
    Float32Array.of(-0.5),
  ]);
  const again = page(host.kept());
  again.model.pull();
  await again.host.settled();
  expect(again.model.state()).toMatchObject({ place: { step: 2, sample: 1 }, tokens: { count: 1 } });
});

test("further groups are added once, and none past the last", async () => {
  const { host, model } = page();
  model.pull();
  await host.settled();
  model.loadMore();
  model.loadMore();
  await host.settled();
  expect(model.state().groups.map(({ group: at }) => at)).toEqual(Array.from({ length: 60 }, (_, at) => at));
  model.loadMore();
  await host.settled();
  expect(host.namesAsked().filter((name) => name === "traceGroups")).toHaveLength(2);
});

test("an answer that has been overtaken is dropped", async () => {
  const waiting: ((groups: unknown) => void)[] = [];
  const slow = { traceGroups: () => new Promise((resolve) => waiting.push(resolve)) };
  const { host, model } = page(undefined, slow);
  model.pull();
  await host.settled();
  model.go({ step: 1, purpose: "train", stage: "rl" });
  await host.settled();
  waiting[1]!({ groups: [group(1, 7)], total: 1 });
  await host.settled();
  waiting[0]!({ groups: [group(2, 0)], total: 9 });
  await host.settled();
  expect([model.state().total, model.state().groups.map(({ step }) => step)]).toEqual([1, [1]]);
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
  expect([model.state().problem, model.state().groups.length]).toEqual(["traces.sqlite is locked.", 50]);
  fails = false;
  model.pull();
  await host.settled();
  expect(model.state().problem).toBeNull();
});
