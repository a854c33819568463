import { expect, test } from "vitest";
import { defaultWordLists } from "./detect";
import { measures, type BehaviourPoint, type Measure } from "../protocol/behaviours";
import type { RolloutRecord } from "../protocol/traces";
import { exampleRollout, temporaryFolder } from "../runs/example-run";
import { openTraces } from "../runs/trace-reader";
import { openTraceWriter } from "../runs/trace-writer";
import { recipeSchema } from "../recipes/schema";
import { behaviourScan, type BehaviourScan } from "./behaviour-scan";
import { bootstrapDifferences } from "../statistics/bootstrap";
import { rolloutLabels } from "./label-rollouts";
import { behaviourMetrics, observe } from "./observe-behaviours";

const recipe = recipeSchema.pick({ task: true, general_task: true }).parse({ task: { name: "chain-sum" } });
const labels = rolloutLabels(recipe);

const vocabulary = ["<think>", "</think>", "<answer>", "</answer>", ...Array.from("0123456789+-=;?ab")];
/** A rollout of this thinking; its tokens are tags and characters. */
function rollout(step: number, sample: number, thinking: string, change: Partial<RolloutRecord> = {}): RolloutRecord {
  const completion = `<think>${thinking}</think><answer>10</answer>`;
  const tokens = completion.match(/<\/?\w+>|./g)!.map((piece) => vocabulary.indexOf(piece));
  const { perToken } = exampleRollout();
  return exampleRollout({
    // As an older version recorded it: without a verdict.
    step,
    sample,
    completion,
    length: tokens.length,
    correct: null,
    perToken: {
      ...perToken,
      tokens: Int32Array.from(tokens),
      oldLogprobs: null,
      entropy: null,
      ratio: null,
      clipped: null,
    },
    ...change,
  });
}
const plain = "b6+4=10";
const corrected = "b6+4=11?b6+4=10";

function written(rollouts: readonly RolloutRecord[], folder = temporaryFolder("behaviours")): string {
  const writer = openTraceWriter(folder);
  writer.recordVocabulary(vocabulary);
  writer.recordRollouts(rollouts);
  writer.close();
  return folder;
}

function looked(folder: string, scan: BehaviourScan, milliseconds = 60_000): number {
  const traces = openTraces(folder);
  try {
    return scan.look(traces, milliseconds);
  } finally {
    traces.close();
  }
}

const countsAt = (points: readonly BehaviourPoint[], measure: Measure) =>
  points.map(({ step, counts }) => [step, ...counts[measure]]);

test("a rollout is looked at for everything that is measured", () => {
  const { sums, flags } = observe({
    completion: `<think>${corrected}</think><answer>10</answer>`,
    correct: true,
    thinkingTokens: 15,
    labelSteps: (thinking) => [
      { start: 0, end: 7, correct: false },
      { start: 8, end: thinking.length, correct: true },
    ],
  });
  const counts = Object.fromEntries(
    measures.map((measure, index) => [measure, [sums[2 * index], sums[2 * index + 1]]]),
  );
  expect(counts).toMatchObject({
    "self-correction": [1, 1],
    reflection: [0, 1],
    "length-right": [15, 1],
    "length-wrong": [0, 0],
    "flags-wrong": [1, 1],
    "flags-right": [0, 1],
  });
  expect(flags).toEqual([{ start: 7, end: 15, correct: false }]);
});

test("metrics of a step are its ratios, null where they rest on nothing", () => {
  const wait = { completion: "wait 1+1=2 wait", correct: false, thinkingTokens: 4, labelSteps: null };
  expect(behaviourMetrics([wait, { ...wait, completion: "2", thinkingTokens: 1 }])).toMatchObject({
    "behaviour/reflection": 0.5,
    "behaviour/reflection_words": 2000 / 6,
    "behaviour/length_right": null,
    "behaviour/length_wrong": 2.5,
    "behaviour/flags_wrong": null,
  });
});

test("an opening tag that the prompt wrote is none of the completion's tokens", () => {
  const whole = rollout(1, 0, plain);
  const tokens = whole.perToken.tokens.subarray(1);
  const folder = written([whole, { ...rollout(1, 1, plain), perToken: { ...whole.perToken, tokens } }]);
  const scan = behaviourScan(labels, defaultWordLists);
  looked(folder, scan);
  expect(countsAt(scan.since(0).points, "length-right")).toEqual([[1, 2 * plain.length, 2]]);
});

test("a run is looked at once; new, replaced and vanished steps are noticed", () => {
  const folder = written([rollout(1, 0, plain), rollout(1, 1, corrected), rollout(2, 0, plain)]);
  const scan = behaviourScan(labels, defaultWordLists);
  expect(looked(folder, scan)).toBe(0);
  const all = scan.since(0);
  expect(all.whole).toBe(true);
  expect(countsAt(all.points, "self-correction")).toEqual([
    [1, 1, 2],
    [2, 0, 1],
  ]);
  expect(countsAt(all.points, "length-right")).toEqual([
    [1, plain.length + corrected.length, 2],
    [2, plain.length, 1],
  ]);
  expect(all.points.map(({ aha }) => aha)).toEqual([1, 0]);

  const before = scan.version();
  looked(folder, scan);
  expect(scan.since(before)).toEqual({ whole: false, points: [] });

  // A resumed run makes step 2 again, and goes on.
  written([rollout(2, 0, corrected), rollout(3, 0, plain)], folder);
  looked(folder, scan);
  const later = scan.since(before);
  expect(later.whole).toBe(false);
  expect(countsAt(later.points, "self-correction")).toEqual([
    [2, 1, 1],
    [3, 0, 1],
  ]);
  const held = scan.version();
  looked(written([rollout(1, 0, plain)]), scan);
  expect(scan.since(held).whole).toBe(true);
  expect(countsAt(scan.since(held).points, "self-correction")).toEqual([[1, 0, 1]]);
});

test("a long run is looked at in slices", () => {
  const folder = written(Array.from({ length: 30 }, (_, step) => rollout(step, 0, plain)));
  const scan = behaviourScan(labels, defaultWordLists);
  let calls = 1;
  for (let left = looked(folder, scan, 0), last = 30; left > 0; left = looked(folder, scan, 0), calls++) {
    expect(left).toBe(last - 1);
    last = left;
  }
  expect(calls).toBe(30);
  expect(scan.since(0).points.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, step) => step));
});

test("a fall and a rise are both told, with intervals; ends do not reach past a third of the steps", () => {
  const rollouts = Array.from({ length: 9 }, (_, step) =>
    Array.from({ length: 40 }, (_unused, group) =>
      rollout(step, 0, (step < 3 ? group % 2 === 0 : group === 0) ? corrected : plain, { group }),
    ),
  ).flat();
  const scan = behaviourScan(labels, defaultWordLists);
  looked(written(rollouts), scan);
  const [whole, stage] = scan.comparisons();
  expect(scan.comparisons()).toHaveLength(2);
  expect([whole!.stage, stage!.stage]).toEqual([null, "reasoning-rl"]);
  expect(whole).toMatchObject({ first: { from: 0, to: 2, rollouts: 120 }, last: { from: 6, to: 8, rollouts: 120 } });
  const change = whole!.changes.find(({ measure }) => measure === "self-correction")!;
  expect(change.first).toEqual([60, 120]);
  expect(change.last).toEqual([3, 120]);
  expect(change.difference!.value).toBeCloseTo(-0.475, 10);
  expect(change.difference!.high).toBeLessThan(-0.3);
  const back = whole!.changes.find(({ measure }) => measure === "length-wrong")!;
  expect(back.difference).toBeNull();
});

test("greedy completions of an evaluation change no count", () => {
  const held = (sample: number, thinking: string, tags: string[] = []) =>
    rollout(0, sample, thinking, { purpose: "evaluation", tags });
  const scan = behaviourScan(labels, defaultWordLists);
  looked(written([held(0, plain), held(1, corrected)]), scan);
  const withGreedy = behaviourScan(labels, defaultWordLists);
  looked(written([held(0, plain), held(1, corrected), held(2, corrected, ["greedy"])]), withGreedy);
  expect(withGreedy.since(0).points).toEqual(scan.since(0).points);
});

test("a stage's first evaluation is the last one of the stage before where it has none of its own", () => {
  const evaluated = (stage: string, step: number, thinking: string) =>
    rollout(step, 0, thinking, {
      stage,
      purpose: "evaluation" as const,
      rewards: { correct: { kind: "score", score: 1, extras: {} } },
    });
  const scan = behaviourScan(labels, defaultWordLists);
  looked(
    written([evaluated("cold-start", 0, plain), evaluated("cold-start", 9, corrected), evaluated("rl", 5, plain)]),
    scan,
  );
  const found = scan.comparisons().find(({ stage }) => stage === "rl");
  expect(found).toMatchObject({ first: { stage: "cold-start", from: 9 }, last: { stage: "rl", from: 5 } });
});

test("examples say where they stand, newest first", () => {
  const folder = written([rollout(1, 3, corrected), rollout(4, 0, plain), rollout(7, 2, corrected, { group: 5 })]);
  const scan = behaviourScan(labels, defaultWordLists);
  looked(folder, scan);
  const traces = openTraces(folder);
  const of = (kind: "aha" | "flags-wrong" | "flags-right", step: number | null) =>
    scan.examples(traces, { kind, purpose: "train", stage: null, step }, 10);
  expect(of("aha", null).map(({ step, group, sample }) => [step, group, sample])).toEqual([
    [7, 5, 2],
    [1, 0, 3],
  ]);
  expect(of("flags-wrong", 1)).toEqual([
    {
      stage: "reasoning-rl",
      step: 1,
      purpose: "train",
      group: 0,
      sample: 3,
      correct: true,
      prompt: "a6b+4=",
      before: "<think>",
      at: "b6+4=11?",
      after: "b6+4=10</think><answer>10</answer>",
    },
  ]);
  expect(of("flags-right", null)).toEqual([]);
  expect(of("aha", 4)).toEqual([]);
  traces.close();
});

test("of two tasks with prompts alike a rollout is labelled by its own", () => {
  const both = rolloutLabels(
    recipeSchema
      .pick({ task: true, general_task: true })
      .parse({ task: { name: "chain-sum" }, general_task: { name: "unanswerable" } }),
  );
  const traces = openTraces(
    written([
      rollout(1, 0, "b:none", {
        prompt: "a6b+=",
        answer: "none",
        completion: "<think>b:none</think><answer>none</answer>",
      }),
      rollout(1, 1, plain),
      rollout(1, 2, plain, { finishReason: "length" }),
    ]),
  );
  const [none, sum, cut] = traces.rollouts({ stage: "reasoning-rl", step: 1, purpose: "train" });
  traces.close();
  expect([both.correct(none!), both.correct(sum!), both.correct(cut!)]).toEqual([true, true, false]);
  expect(both.steps(none!)!("b:none")).toEqual([{ start: 0, end: 6, correct: true }]);
  expect(both.steps(sum!)!(plain)).toEqual([{ start: 0, end: 7, correct: true }]);
});

test("the interval of a difference holds it, and is wider for fewer prompts", () => {
  const prompts = (count: number, every: number) =>
    Array.from({ length: count }, (_, index) => [index % every === 0 ? 1 : 0, 1, 0, 0]);
  const [wide, nothing] = bootstrapDifferences(prompts(20, 4), prompts(20, 2), { seed: 0 });
  const [narrow] = bootstrapDifferences(prompts(400, 4), prompts(400, 2), { seed: 0 });
  expect(narrow!.value).toBeCloseTo(0.25, 10);
  for (const { low, value, high } of [wide!, narrow!]) expect(low < value && value < high).toBe(true);
  expect(wide!.high - wide!.low).toBeGreaterThan(3 * (narrow!.high - narrow!.low));
  // Of two independent shares: 1.96 · √(p(1 − p)/n + …).
  const half = 1.96 * Math.sqrt((0.25 * 0.75 + 0.5 * 0.5) / 400);
  expect((narrow!.high - narrow!.low) / 2 / half).toBeCloseTo(1, 1);
  expect(nothing).toBeNull();
  expect(bootstrapDifferences([], prompts(3, 1), { seed: 0 })).toEqual([null, null]);
});
