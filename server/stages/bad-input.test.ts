/** Stages that are given what they cannot use say what it is, where, and what to do. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { StageRecord } from "../protocol/run";
import type { Recipe } from "../recipes/schema";
import { checkpointsFolder } from "../runs/paths";
import { listCheckpoints } from "../runs/checkpoints";
import { findingText } from "../runs/read-pipeline";
import { readRecord } from "../runs/record";
import { readReport } from "../runs/reports";
import { createTasks } from "../tasks/create-tasks";
import { heldOutRows, isHeldOut } from "../tasks/splits";
import { pairs, recipeOf, sft } from "./recipe.testing";
import { mergedMetricsOf, newRun, runStages, weightsOf } from "./run.testing";

const stageOf = (folder: string, name: string): StageRecord =>
  readRecord(folder).stages.find((stage) => stage.name === name)!;

testEngine("simd");

const alone = (stage: object, change: object = {}): Recipe => recipeOf([stage], change);
const failure = async (of: Recipe, files: Readonly<Record<string, string>> = {}): Promise<string> => {
  const folder = newRun(of);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return String(await runStages(folder, { of }).catch((error: unknown) => error));
};
/** Held-out prompts that a recipe's evaluations draw. */
const measuredOn = (of: Recipe): string[] => {
  const { task } = createTasks(of, "");
  return heldOutRows(task, of.seed, of.evaluation.prompts).map(({ prompt }) => prompt);
};

test("examples of a file: unreadable lines, held-out prompts and wrong answers are told apart", async () => {
  const of = alone({ kind: "cold-start", ...sft, examples_file: "examples.jsonl" });
  const right = { prompt: "a1b+2=", completion: "<think>b1+2=3</think><answer>3</answer>", answer: 3 };
  const told = (lines: readonly object[]) =>
    failure(of, { "examples.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") });
  expect(await failure(of)).toContain("examples.jsonl cannot be read");
  expect(await told([right, { prompt: "x" }])).toMatch(
    /examples\.jsonl:2: "completion" is missing; .* This row has: prompt\.$/,
  );
  expect(await told([{ ...right, answer: 4 }])).toMatch(
    /let none of 1 examples through .*1 wrong-answer.*Loosen "filters"/,
  );
  const leaked = measuredOn(of)[0]!;
  const message = (prompt: string) => ({
    messages: [
      { role: "user", content: prompt },
      { role: "assistant", content: right.completion },
    ],
  });
  const copies = [leaked, leaked.toUpperCase(), ` ${leaked.replace("b", " b ")}\n`, leaked.replace("=", "＝")];
  for (const copy of copies)
    for (const row of [{ ...right, prompt: copy }, message(copy)])
      expect(await told([right, row])).toMatch(/examples\.jsonl:2: the prompt .* is held out/s);
  const chat = {
    messages: [
      { role: "user", content: "a1b+2=" },
      { role: "assistant", content: right.completion },
    ],
  };
  expect(await told([right, { messages: [...chat.messages, ...chat.messages] }])).toMatch(
    /examples\.jsonl:2: several turns need a chat template/,
  );
  const folder = newRun(of);
  const other = { ...right, prompt: "a1ö+3=", completion: "<think>b1+3=4</think><answer>4</answer>" };
  writeFileSync(join(folder, "examples.jsonl"), `${JSON.stringify(chat)}\n${JSON.stringify(other)}\n`);
  expect(await runStages(folder, { of })).toBe("completed");
  // A new model's alphabet has what the file is written in.
  const checkpoint = join(checkpointsFolder(folder), listCheckpoints(folder).at(-1)!.name);
  expect(readFileSync(join(checkpoint, "tokenizer.json"), "utf8")).toContain("ö");
});

test("examples of a file that the stage leaves are told", async () => {
  const of = alone({ kind: "cold-start", ...sft, examples: 2, examples_file: "examples.jsonl" });
  const folder = newRun(of);
  const rows = [1, 2, 3, 4, 5, 6].map((number) => ({
    prompt: `q${number}`,
    completion: "<think>1</think><answer>1</answer>",
  }));
  writeFileSync(join(folder, "examples.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(await runStages(folder, { of })).toBe("completed");
  expect(readRecord(folder).stages[0]!.notes).toContainEqual(
    expect.stringMatching(/^[34] more examples of the file are not used: raise examples \(2\)$/),
  );
});

test("labels: none, missing files and rows that are none", async () => {
  const of = alone({ kind: "reward-model", ...pairs, pairs: 0, labels: ["labels.jsonl"] });
  expect(await failure(of)).toContain("labels.jsonl cannot be read");
  expect(await failure(of, { "labels.jsonl": "" })).toContain("has no preference pairs to learn from");
  expect(await failure(of, { "labels.jsonl": '{"rejected": 3}\n' })).toContain(
    'labels.jsonl:1: "chosen" is missing; a pair has prompt, chosen and rejected. This row has: rejected.',
  );
  expect(await failure(of, { "labels.jsonl": '\uFEFF{"prompt": "a", "chosen": "b", "rejected": 4}' })).toContain(
    '"rejected": ',
  );
  const row = (prompt: string): string => JSON.stringify({ prompt, chosen: "1", rejected: "2" });
  const escaped = row(measuredOn(of)[0]!.toUpperCase()).replace("A", "\\u0041");
  expect(await failure(of, { "labels.jsonl": `${row("a1b+é=")}\n${escaped}\n` })).toMatch(
    /labels\.jsonl:2: the prompt/,
  );
});

test("samples whose prompts are held out by now, as the data set was edited, are not trained on", async () => {
  const task = { name: "dataset", train: "train.jsonl", held_out: "held.jsonl" };
  const stage = { kind: "rejection-sampling", prompts: 64, num_generations: 2, max_completion_length: 8, ...sft };
  const of = alone(
    { ...stage, keep_reward: 0, filters: { well_formed: false, language: { least: 0 } } },
    { task, general_task: undefined },
  );
  const rows = (first: number, count: number): string =>
    Array.from(
      { length: count },
      (_, index) => `${JSON.stringify({ prompt: `a${first + index}b=`, answer: "1" })}\n`,
    ).join("");
  const folder = newRun(of);
  writeFileSync(join(folder, "train.jsonl"), rows(0, 70));
  writeFileSync(join(folder, "held.jsonl"), rows(90, 8));
  expect(await runStages(folder, { of, stopIn: (_, phase) => phase === "sampling" })).toBe("stopped");
  writeFileSync(join(folder, "train.jsonl"), rows(40, 70));
  writeFileSync(join(folder, "held.jsonl"), rows(0, 40));
  await expect(runStages(folder, { of })).rejects.toThrow(
    /samples.rejection-sampling\.jsonl:1: the prompt .* is held out .*delete the file/,
  );
});

test("labels beside many made pairs: what the model makes of them is told by itself", async () => {
  const of = alone({ kind: "reward-model", ...pairs, labels: ["labels.jsonl"] });
  const folder = newRun(of);
  const prompts = Array.from({ length: 40 }, (_, index) => `a${index % 10}b+${Math.floor(index / 10)}=`);
  const rows = prompts
    .filter((prompt) => !isHeldOut(prompt))
    .map((prompt) => JSON.stringify({ prompt, chosen: "<answer>1</answer>", rejected: "<answer>2</answer>" }));
  writeFileSync(join(folder, "labels.jsonl"), rows.join("\n"));
  expect(await runStages(folder, { of })).toBe("completed");
  const report = readReport(folder, "reward-model");
  if (report?.kind !== "reward-model") throw new Error("no report of a reward model");
  const { labelled, training } = report;
  expect(labelled!.training + labelled!.heldOut.count).toBe(rows.length);
  expect(labelled!.heldOut.count).toBeGreaterThan(0);
  expect(training).toBe(12 + labelled!.training);
  expect(report.report.pairs).toBe(6 + labelled!.heldOut.count);
  expect(stageOf(folder, "reward-model").notes[0]).toContain(`of the ${labelled!.heldOut.count} labelled)`);
  expect(findingText(report)).toMatch(/ pairs, of \d+ labelled [\d.]+$/);
});

test("more held-out prompts than there are, of whichever stage, are told before anything is trained", async () => {
  const task = { name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 4, max_total: 6 };
  const stages = [
    { kind: "cold-start", examples: 4, ...sft },
    { kind: "evaluation", prompts: 5000 },
  ];
  const evaluation = { prompts: 2, samples: 2, max_completion_length: 8, during_prompts: 1, general_prompts: 4 };
  const of = recipeOf(stages, { task, evaluation });
  const folder = newRun(of);
  await expect(runStages(folder, { of })).rejects.toThrow(/different held-out prompts.*asks for 5000/);
  expect(mergedMetricsOf(folder)).toEqual([]);
});

test("a stage whose checkpoint is damaged says which file, and how to go on", async () => {
  const of = alone({ kind: "cold-start", examples: 12, ...sft });
  const folder = newRun(of);
  const stop = (_: string, step: number): boolean => step === 4;
  expect(await runStages(folder, { of, stop })).toBe("stopped");
  const damaged = join(checkpointsFolder(folder), "cold-start-4");
  writeFileSync(join(damaged, "trainer", "optimizer.tensors"), "");
  await expect(runStages(folder, { of })).rejects.toThrow(
    /cold-start-4.trainer.optimizer\.tensors is not what was written.* delete its folder: a resume/,
  );
  rmSync(damaged, { recursive: true });
  expect(await runStages(folder, { of })).toBe("completed");
  const undisturbed = newRun(of);
  await runStages(undisturbed, { of });
  expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(undisturbed));
  expect(weightsOf(folder, "cold-start").equals(weightsOf(undisturbed, "cold-start"))).toBe(true);
});

test("a policy that gives nothing to keep, and a stage whose source never ran", async () => {
  const nothing = { kind: "rejection-sampling", prompts: 4, num_generations: 2, max_completion_length: 4, ...sft };
  expect(await failure(alone({ ...nothing, keep_reward: 1e9 }))).toMatch(
    /none of 8 samples was kept .*dropped: 8 unreadable/,
  );
  expect(await failure(alone({ ...nothing, sample_from: "rl" }))).toContain("builds on rl, which has no checkpoint");
});

const thought = { completion: "<think>1</think><answer>1</answer>" };
const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

test("held-out prompts in a file are all named at once, or left out and counted; prompts that no evaluation draws are nobody's", async () => {
  const stage = { kind: "cold-start", ...sft, examples_file: "examples.jsonl" };
  const apart = measuredOn(alone(stage));
  const facts = Array.from({ length: 64 }, (_, index) => `Name fact ${index} about rivers.`);
  expect(facts.filter(isHeldOut).length).toBeGreaterThan(0);
  const rows = [...facts.slice(0, 3), ...apart, ...facts.slice(3)].map((prompt) => ({ prompt, ...thought }));
  const folder = newRun(alone(stage));
  writeFileSync(join(folder, "examples.jsonl"), lines(rows));
  const file = join(folder, "examples.jsonl");
  await expect(runStages(folder, { of: alone(stage) })).rejects.toThrow(
    `${file}:4: the prompt ${JSON.stringify(apart[0])} is held out for evaluation and must not be trained on. So are those of 3 more rows: ` +
      `${file}:5, ${file}:6, ${file}:7; reports/cold-start.json of the run lists all. Remove them, or set "held_out_rows": "drop" of the stage cold-start`,
  );
  const leftOut = apart.map((prompt, index) => ({ file, line: 4 + index, prompt, reason: "held-out" }));
  expect(readReport(folder, "cold-start")).toEqual({ kind: "held-out-rows", leftOut });

  const of = alone({ ...stage, held_out_rows: "drop" });
  const other = newRun(of);
  writeFileSync(join(other, "examples.jsonl"), lines(rows));
  expect(await runStages(other, { of })).toBe("completed");
  expect(stageOf(other, "cold-start").remarks["held-out-rows"]).toMatch(
    /^4 of 68 rows are left out: their prompts are held out for evaluation \(.*examples\.jsonl:4, /,
  );
  expect(readReport(other, "cold-start")).toMatchObject({
    kind: "filter",
    leftOut: leftOut.map((row) => ({ ...row, file: join(other, "examples.jsonl") })),
  });
  const only = lines(rows.filter(({ prompt }) => apart.includes(prompt)));
  expect(await failure(of, { "examples.jsonl": only })).toMatch(
    /cold-start has no examples to learn from: the prompts of all that it was given are held out for evaluation\.$/,
  );
});

test("pairs of the same two completions are left out and named, empty ones are refused at their line", async () => {
  const of = alone({ kind: "dpo", ...pairs, pairs: 0, labels: ["pairs.jsonl"] });
  const row = (index: number, rejected = "b") => ({ prompt: `q${index}`, chosen: "a", rejected });
  const rows = Array.from({ length: 30 }, (_, index) => row(index));
  for (const [key, value] of [
    ["prompt", ""],
    ["prompt", " \n"],
    ["chosen", ""],
    ["rejected", ""],
  ] as const)
    expect(await failure(of, { "pairs.jsonl": lines([row(1), { ...row(2), [key]: value }]) })).toMatch(
      new RegExp(`pairs\\.jsonl:2: "${key}" is empty`),
    );
  const folder = newRun(of);
  writeFileSync(join(folder, "pairs.jsonl"), lines([row(90, "a"), ...rows, row(91, "a")]));
  expect(await runStages(folder, { of })).toBe("completed");
  const file = join(folder, "pairs.jsonl");
  expect(stageOf(folder, "dpo").remarks["identical-pairs"]).toBe(
    `2 of 32 pairs are left out: chosen and rejected are the same (${file}:1, ${file}:32).`,
  );
  const report = readReport(folder, "dpo");
  if (report?.kind !== "dpo") throw new Error("no report of DPO");
  expect(report.training + report.heldOut).toBe(30);
  expect(report.leftOut).toEqual([
    { file, line: 1, prompt: "q90", reason: "identical" },
    { file, line: 32, prompt: "q91", reason: "identical" },
  ]);
  // The first loss is that of a policy which is its own reference.
  const [first] = mergedMetricsOf(folder).filter((metrics) => "rewards/margins" in metrics);
  expect(first!["step"]).toBe(2);
});

test("margins of pairs are taken off in a reward model's loss, and DPO says that it does not use them", async () => {
  const rows = Array.from({ length: 12 }, (_, index) => ({ prompt: `q${index}`, chosen: "a", rejected: "b" }));
  const stage = { ...pairs, pairs: 0, labels: ["pairs.jsonl"], learning_rate: 1e-9, logging_steps: 1 };
  const first = async (kind: string, margin: object): Promise<[number, string | undefined]> => {
    const of = alone({ kind, ...stage });
    const folder = newRun(of);
    writeFileSync(join(folder, "pairs.jsonl"), lines(rows.map((row) => ({ ...row, ...margin }))));
    await runStages(folder, { of });
    const row = mergedMetricsOf(folder).find((metrics) => metrics["stage"] === kind && "loss" in metrics);
    return [Number(row!["loss"]), stageOf(folder, kind).remarks["margin"]];
  };
  expect((await first("reward-model", {}))[0]).toBeCloseTo(Math.log(2), 5);
  // A new head gives every completion 0: −log σ(0 − 0 − 1.5).
  expect((await first("reward-model", { margin: 1.5 }))[0]).toBeCloseTo(Math.log1p(Math.exp(1.5)), 5);
  const [loss, remark] = await first("dpo", { margin: 1.5 });
  expect(loss).toBeCloseTo(Math.log(2), 5);
  expect(remark).toMatch(/^The margin of \d+ pairs is not used/);
  const of = alone({ kind: "reward-model", ...stage });
  expect(await failure(of, { "pairs.jsonl": lines([{ ...rows[0], margin: "much" }]) })).toMatch(
    /pairs\.jsonl:1: "margin" must be a number/,
  );
});
