import fc from "fast-check";
import { expect, test } from "vitest";
import type { MetricsRow } from "../../server/protocol/metrics";
import { mergeRows, noTables, timeline } from "./metric-table";
import type { MetricTables } from "./metric-table";

function tablesOf(...batches: MetricsRow[][]): MetricTables {
  const tables = noTables();
  for (const rows of batches) mergeRows(tables, rows);
  return tables;
}

test("rows of one step are merged: the later key wins, keys of the earlier row stay", () => {
  const tables = tablesOf(
    [
      { stage: "rl", step: 1, time: 10, reward: 0.1, entropy: 2 },
      { stage: "rl", step: 2, time: 20, reward: 0.2, entropy: 1.5 },
    ],
    [{ stage: "rl", step: 1, time: 30, reward: 0.3, "eval/pass@1": 0.5 }],
  );
  const table = tables.stages.get("rl")!;
  expect(table.steps).toEqual([1, 2]);
  expect(table.times).toEqual([30, 20]);
  expect(Object.fromEntries(table.columns)).toEqual({
    reward: [0.3, 0.2],
    entropy: [2, 1.5],
    "eval/pass@1": [0.5, null],
  });
});

test("a metric that begins late is null before, and text is no metric", () => {
  const tables = tablesOf([
    { stage: "rl", step: 5, time: 1, note: "text", reward_hash: "aa" },
    { stage: "rl", step: 6, time: 2, kl: 0.1, reward: null },
  ]);
  expect(Object.fromEntries(tables.stages.get("rl")!.columns)).toEqual({ kl: [null, 0.1], reward: [null, null] });
});

test("whatever the batches and their order of steps, the table is that of a map by step", () => {
  const rowArbitrary = fc.record({
    stage: fc.constantFrom("a", "b"),
    step: fc.integer({ min: 0, max: 12 }),
    time: fc.nat(),
    reward: fc.option(fc.double({ noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(fc.array(rowArbitrary)), (batches) => {
      const tables = tablesOf(...batches);
      for (const stage of ["a", "b"]) {
        const expected = new Map<number, number | null>();
        for (const row of batches.flat()) if (row.stage === stage) expected.set(row.step, row.reward);
        const steps = [...expected.keys()].sort((left, right) => left - right);
        expect(tables.stages.get(stage)?.steps ?? []).toEqual(steps);
        expect(tables.stages.get(stage)?.columns.get("reward") ?? []).toEqual(steps.map((step) => expected.get(step)!));
      }
    }),
  );
});

test("stages stand one after the other, with a mark where one begins", () => {
  const tables = tablesOf([
    { stage: "sft", step: 0, time: 1, "eval/pass@1": 0.1 },
    { stage: "sft", step: 10, time: 2, loss: 1 },
    { stage: "rl", step: 0, time: 3, "eval/pass@1": 0.6 },
    { stage: "rl", step: 1, time: 4, reward: 0.5 },
  ]);
  const line = timeline(tables, ["sft", "rl"]);
  expect(line.x).toEqual([0, 1, 2, 3]);
  expect(line.steps).toEqual([0, 10, 0, 1]);
  expect(line.stages).toEqual(["sft", "sft", "rl", "rl"]);
  expect(line.columns.get("eval/pass@1")).toEqual([0.1, null, 0.6, null]);
  expect(line.columns.get("reward")).toEqual([null, null, null, 0.5]);
  expect(line.marks).toEqual([{ x: 2, kind: "stage", label: "rl", short: "", edit: null }]);
  expect([0, 1, 2, 3, 4].map(line.stepOf)).toEqual([0, 10, 0, 1, null]);
});

test("the axis of one stage is its own steps", () => {
  const tables = tablesOf([
    { stage: "sft", step: 10, time: 2, loss: 1 },
    { stage: "rl", step: 3, time: 4, reward: 0.5 },
  ]);
  expect(timeline(tables, ["rl"]).x).toEqual([3]);
  expect(timeline(tables, ["missing"]).x).toEqual([]);
});

test("an edit of the reward is a mark at the first step that it scored; rows without a hash are passed over", () => {
  const tables = tablesOf([
    { stage: "rl", step: 0, time: 1 },
    { stage: "rl", step: 1, time: 1, reward_hash: "aaaaaaaaaaaa" },
    { stage: "rl", step: 2, time: 1 },
    { stage: "rl", step: 3, time: 1, reward_hash: "bbbbbbbbbbbb" },
    { stage: "rl", step: 4, time: 1, reward_hash: "bbbbbbbbbbbb" },
  ]);
  expect(timeline(tables, ["rl"]).marks).toEqual([
    {
      x: 3,
      kind: "reward",
      label: "reward v2 (bbbbbbbb)",
      short: "v2",
      edit: { before: "aaaaaaaaaaaa", after: "bbbbbbbbbbbb" },
    },
  ]);
});

test("versions of rewards are numbered over the whole run as they scored, also where a resumed run made their steps again", () => {
  const row = (stage: string, step: number, reward_hash: string): MetricsRow => ({ stage, step, time: 1, reward_hash });
  const tables = tablesOf(
    [row("rl", 1, "aaaaaaaaaaaa"), row("rl", 2, "bbbbbbbbbbbb")],
    [row("rl", 2, "cccccccccccc"), row("more", 1, "cccccccccccc"), row("more", 2, "aaaaaaaaaaaa")],
  );
  const labels = (...stages: string[]) => timeline(tables, stages).marks.map(({ label }) => label);
  expect(labels("rl")).toEqual(["reward v3 (cccccccc)"]);
  expect(labels("rl", "more")).toEqual(["reward v3 (cccccccc)", "more", "reward v1 (aaaaaaaa)"]);
});
