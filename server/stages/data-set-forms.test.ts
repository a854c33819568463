/** Completions for data sets are read as their tasks read them, whatever form they are in. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { StageReport } from "../protocol/reports";
import { samplesPath } from "../runs/paths";
import { readReport } from "../runs/reports";
import { readRecord } from "../runs/record";
import { recipeOf, rl, sft } from "./recipe.testing";
import { mergedMetricsOf, newRun, runStages } from "./run.testing";

testEngine("simd");

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const filters = { language: { least: 0 }, max_repetition: null, near_duplicates: null };
/** Readable ones, and such that are not. */
const forms = [
  "<think>3+4</think> so it is \\boxed{7}",
  "3+4 is \\boxed{7}",
  "3+4\n#### 7",
  "<think>3+4</think><answer>7</answer>",
  "3+4</think>7",
  "<think>3+4 \\boxed{7}",
  "<think>3</think><think>4</think>\\boxed{7}",
  "<think>3+4</think>",
];
const task = {
  name: "dataset",
  train: "train.jsonl",
  held_out: "held.jsonl",
  completion_column: "full",
  check: "maths",
};
const change = { task, general_task: undefined };

/** A run folder whose data set has these completions, of prompts `0+7=` and so on. */
function project(of: ReturnType<typeof recipeOf>, completions: readonly string[]): string {
  const folder = newRun(of);
  const row = (full: string, index: number): object => ({ prompt: `${index}+7=`, answer: "7", full });
  writeFileSync(join(folder, "train.jsonl"), lines(completions.map(row)));
  writeFileSync(
    join(folder, "held.jsonl"),
    lines(["a", "b", "c", "d"].map((id) => ({ prompt: id, answer: "7", full: "7" }))),
  );
  return folder;
}

type Filtered = Extract<StageReport, { kind: "filter" | "rejection-sampling" }>;
const reportOf = (folder: string, stage: string): Filtered["report"] => (readReport(folder, stage) as Filtered).report;

test("a cold start takes boxed and plain answers of a data set; unclosed thinking and no answer are unreadable", async () => {
  const of = recipeOf([{ kind: "cold-start", ...sft, steps: 1, examples: forms.length, filters }], change);
  const folder = project(of, forms);
  await runStages(folder, { of });
  expect(reportOf(folder, "cold-start")).toMatchObject({ kept: 5, dropped: { unreadable: 3, "wrong-answer": 0 } });
});

const drawing = { kind: "rejection-sampling", prompts: forms.length, num_generations: 2, max_completion_length: 8 };

/** A run that has drawn these samples, as a file of an earlier version or of this one has them. */
async function trainedOn(stage: object, samples: readonly object[]): Promise<string> {
  const of = recipeOf([{ ...drawing, ...sft, steps: 1, general_share: 0, filters, ...stage }], change);
  const folder = project(of, forms);
  const path = samplesPath(folder, "rejection-sampling");
  mkdirSync(dirname(path), { recursive: true });
  const all = samples.map((sample, group) => ({
    batch: 1,
    group,
    sample: 0,
    prompt: `${group}+7=`,
    length: 4,
    ...sample,
  }));
  writeFileSync(path, lines([{ batch: 1, seconds: 1, samples: all }]));
  await runStages(folder, { of });
  return folder;
}

test("rejection sampling keeps right answers in any form that the task reads", async () => {
  const folder = await trainedOn(
    {},
    forms.map((completion) => ({ completion, right: true })),
  );
  expect(reportOf(folder, "rejection-sampling")).toMatchObject({ kept: 5, dropped: { unreadable: 3 } });
});

test("samples below keep_reward have too low a reward and are not wrong; those of earlier versions are what they were", async () => {
  const completion = "\\boxed{7}";
  const folder = await trainedOn({ keep_reward: 0.5 }, [
    { completion, right: true, accepted: true, reward: 1 },
    { completion, right: false, accepted: true, reward: 0.5 },
    { completion, right: true, accepted: false, reward: 0.25 },
    { completion, right: true, accepted: false, reward: null },
    { completion, right: false, accepted: false, reward: 1 },
    { completion, right: false },
    { completion, right: true },
  ]);
  expect(reportOf(folder, "rejection-sampling")).toMatchObject({
    kept: 3,
    dropped: { "low-reward": 2, "wrong-answer": 2 },
  });
  expect(mergedMetricsOf(folder)).toContainEqual(
    expect.objectContaining({ "sampling/samples": 7, "sampling/right": 4, "sampling/accepted": 3 }),
  );
});

test.each([
  [{ kind: "cold-start", ...sft, steps: 1, examples: 3, filters }, "their completions are learnt unchecked"],
  [
    { kind: "reasoning-rl", ...rl, steps: 1, prompts_per_step: 3 },
    "neither right nor wrong, and only rewards judge them",
  ],
  [
    {
      ...drawing,
      ...sft,
      prompts: 3,
      steps: 1,
      keep_reward: 0,
      general_share: 0,
      filters: { ...filters, well_formed: false },
    },
    "only rewards judge their samples",
  ],
])("training rows whose gold answer cannot be read are counted: %o", async (stage, so) => {
  const of = recipeOf([stage], change);
  const folder = project(of, ["\\boxed{7}", "\\boxed{7}", "\\boxed{7}"]);
  const rows = ["7", "\\frac{", "7"].map((answer, index) => ({ prompt: `${index}+7=`, answer, full: "\\boxed{7}" }));
  writeFileSync(join(folder, "train.jsonl"), lines(rows));
  await runStages(folder, { of }).catch((error: unknown) => expect(String(error)).toContain("none of"));
  const remark = readRecord(folder).stages[0]!.remarks["unreadable-training"];
  expect(remark).toMatch(
    /^1 of 3 training rows have a gold answer that cannot be read as maths \(the first: .*train\.jsonl:2: /,
  );
  expect(remark).toContain(so);
});
