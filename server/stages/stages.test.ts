import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { buildTestKernels } from "../engine/simd/test-kernels";
import { startEngine } from "../engine/start-engine";
import { loadPolicy } from "../models/checkpoint";
import type { StageRecord } from "../protocol/run";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { checkpointsFolder, datasetPath, reportPath } from "../runs/paths";
import { listCheckpoints } from "../runs/checkpoints";
import { findingText } from "../runs/read-pipeline";
import { readRecord } from "../runs/record";
import { readReport } from "../runs/reports";
import { openTraces } from "../runs/trace-reader";
import { isHeldOut } from "../tasks/splits";
import { modelCard } from "./model-card";
import { mergedMetricsOf, metricsOf, newRun, runStages, weightsOf } from "./test-run";

const rl = { num_generations: 3, max_completion_length: 8, learning_rate: 3e-3, warmup_steps: 0, save_steps: 2 };
const sft = {
  batch_size: 3,
  steps: 5,
  warmup_steps: 1,
  save_steps: 2,
  logging_steps: 2,
  eval_steps: 3,
  eval_examples: 4,
};
const pairs = { pairs: 12, eval_pairs: 6, batch_size: 4, steps: 5, save_steps: 2, logging_steps: 2, eval_steps: 3 };
/** Every kind of stage, in seconds. An untrained policy is right by no more than chance, so that right is what a reward says. */
const recipe = recipeSchema.parse({
  name: "Whole",
  ...{ engine: "simd", seed: 7 },
  model: {
    ...{ num_hidden_layers: 1, hidden_size: 16, num_attention_heads: 2, intermediate_size: 24 },
    max_position_embeddings: 80,
  },
  task: { name: "chain-sum", min_terms: 2, max_terms: 4 },
  general_task: { name: "unanswerable", min_terms: 2, max_terms: 4 },
  rewards: [
    { function: "r.reward.ts#length", prompts: "all" },
    { function: "r.reward.ts#digits", weight: 0.5 },
  ],
  stages: [
    { kind: "cold-start", examples: 12, packing: 60, num_train_epochs: 1.5, ...sft },
    { kind: "reasoning-rl", steps: 3, prompts_per_step: 2, curriculum: "pass-rate", ...rl },
    {
      ...{ kind: "rejection-sampling", prompts: 40, num_generations: 2, max_completion_length: 8, general_share: 0.25 },
      ...{ keep_reward: 3, filters: { well_formed: false, language: { least: 0 }, max_per_prompt: 1 } },
      ...sft,
    },
    { kind: "reward-model", name: "safe", tag: "safe", ...pairs },
    {
      ...{ kind: "preference-rl", steps: 4, prompts_per_step: 4, reward_models: [{ stage: "safe", weight: 2 }] },
      ...{ preference_steps: 2, ...rl },
    },
    { kind: "dpo", from: "rejection-sampling", ...pairs },
    { kind: "evaluation", from: "preference-rl", best_of: "safe", samples: 2 },
  ],
  evaluation: { prompts: 4, samples: 2, every: 2, max_completion_length: 8, during_prompts: 2, general_prompts: 4 },
});

let whole: string;
const stageOf = (folder: string, name: string): StageRecord =>
  readRecord(folder).stages.find((stage) => stage.name === name)!;
const trained = ["cold-start", "reasoning-rl", "rejection-sampling", "safe", "preference-rl", "dpo"];

beforeAll(async () => {
  tf.enableProdMode();
  await startEngine("simd", { kernels: buildTestKernels(), tensorflow: null });
  whole = newRun(recipe);
  expect(await runStages(whole, { of: recipe })).toBe("completed");
}, 60_000);

test("every stage is completed; those that give a policy are measured before and after, and have a model card", async () => {
  const { stages } = readRecord(whole);
  expect(stages.map(({ status }) => status)).toEqual(stages.map(() => "completed"));
  for (const { kind, before, after } of stages) {
    expect(before !== null).toBe(kind !== "reward-model" && kind !== "evaluation");
    expect(after !== null).toBe(kind !== "reward-model");
    if (after) expect(after.refusal).not.toBeNull();
  }
  const last = listCheckpoints(whole).findLast(({ stage }) => stage === "preference-rl")!;
  const card = readFileSync(join(checkpointsFolder(whole), last.name, "README.md"), "utf8");
  const told = ["pass@1", "cold-start", "reward_models", "One run with one seed", recipe.rewards[0]!.function];
  for (const text of [...told, "1 layers of 16, 2 heads", "began from random weights"]) expect(card).toContain(text);
  expect(card).not.toContain("**dpo**");
  const curve = [1, 2, 4].map((k) => ({ k, mean: 0.2 * k, low: 0, high: 1 }));
  const record = readRecord(whole);
  const measured = record.stages.map((each) => ({ ...each, after: each.after && { ...each.after, pass_at: curve } }));
  const preference = recipe.stages.find(({ name }) => name === "preference-rl")!;
  const policy = await loadPolicy(join(checkpointsFolder(whole), last.name));
  expect(modelCard({ ...record, stages: measured }, recipe, preference, policy)).toContain(
    "| pass@k, k = | 1 | 2 | 4 |\n| --- | --- | --- | --- |\n| cold-start | 0.200 | 0.400 | 0.800 |",
  );
  expect(stageOf(whole, "cold-start").notes).toEqual(["kept 12 of 12 (12 of 12 prompts)"]);
  // 1.5 passes over what fits into 60 tokens a step.
  expect(stageOf(whole, "cold-start").steps).not.toBe(5);
  expect(stageOf(whole, "cold-start").step).toBe(stageOf(whole, "cold-start").steps);
  expect(stageOf(whole, "safe").notes[0]).toMatch(/^12 pairs; held-out accuracy [\d.]+ of 6 pairs, calibration error/);
});

test("rejection sampling keeps what it may, says why it refused the rest, and exports the set", () => {
  const rows = readFileSync(datasetPath(whole, "rejection-sampling"), "utf8").trimEnd().split("\n");
  const traces = openTraces(whole);
  const filter = { stage: "rejection-sampling", step: null, purpose: "sampling", group: null, text: "" } as const;
  const shown = (show: "kept" | "refused" | "all") => {
    const { groups } = traces.groups({ ...filter, show }, 0, 100);
    return groups.flatMap(({ stage, step, purpose, group }) => traces.group({ stage, step, purpose, group }));
  };
  const all = shown("all");
  const kept = all.filter(({ tags }) => tags[0] === "kept");
  expect(all).toHaveLength(80);
  expect(kept.length).toBeGreaterThan(0);
  for (const { reward, tags } of all) {
    if (tags[0] === "kept") expect(reward).toBeGreaterThanOrEqual(3);
    else expect(tags[1]).toMatch(/^[a-z-]+: ./);
  }
  expect(new Set(shown("kept").map(({ group }) => group)).size).toBe(new Set(kept.map(({ group }) => group)).size);
  expect(shown("refused").length).toBeGreaterThan(0);
  traces.close();
  const general = Math.round(kept.length / 3);
  expect(rows).toHaveLength(kept.length + general);
  const report: unknown = JSON.parse(readFileSync(reportPath(whole, "rejection-sampling"), "utf8"));
  expect(report).toMatchObject({ kind: "rejection-sampling", general, report: { given: 80, kept: kept.length } });
  // From the base model, not from the policy that was sampled.
  expect(stageOf(whole, "rejection-sampling").before).toEqual(stageOf(whole, "cold-start").before);
});

test("reward models score general prompts, in the last steps only; rules score what the recipe says", () => {
  const rows = mergedMetricsOf(whole).filter(({ stage, reward }) => stage === "preference-rl" && reward !== undefined);
  expect(rows.map((row) => typeof row["rewards/safe/mean"])).toEqual(["object", "object", "number", "number"]);
  const traces = openTraces(whole);
  const ofStep = (step: number) =>
    [0, 1, 2, 3].flatMap((group) => traces.group({ stage: "preference-rl", step, purpose: "train", group }));
  const kinds = (step: number, name: string): number =>
    ofStep(step).filter(({ rewards }) => rewards[name]!.kind === "score").length;
  expect([kinds(1, "digits"), kinds(1, "safe"), kinds(1, "length")]).toEqual([12, 0, 12]);
  expect([kinds(4, "digits"), kinds(4, "safe"), kinds(4, "length")]).toEqual([6, 6, 12]);
  traces.close();
});

const places: readonly (readonly [string, string, number])[] = [
  ["cold-start", "training", 2],
  ["cold-start", "evaluating", 0],
  ["cold-start", "evaluating", 3],
  ["reasoning-rl", "evaluating", 2],
  ["rejection-sampling", "sampling", 1],
  ["rejection-sampling", "training", 3],
  ["safe", "training", 3],
  ["preference-rl", "training", 3],
  ["dpo", "training", 1],
  ["dpo", "evaluating", 3],
  ["evaluation", "evaluating", 1],
];

test.each(places)(
  "a pipeline that stops in %s while %s at %d goes on to the same numbers",
  async (stage, phase, step) => {
    const folder = newRun(recipe);
    const stopIn = (name: string, in_: string, at: number): boolean => name === stage && in_ === phase && at >= step;
    expect(await runStages(folder, { of: recipe, stopIn })).toBe("stopped");
    expect(await runStages(folder, { of: recipe })).toBe("completed");
    for (const name of trained) expect(weightsOf(folder, name).equals(weightsOf(whole, name))).toBe(true);
    expect(mergedMetricsOf(folder)).toEqual(mergedMetricsOf(whole));
    const results = (of: string) => readRecord(of).stages.map(({ after, notes }) => ({ after, notes }));
    expect(results(folder)).toEqual(results(whole));
  },
);

describe("the best checkpoint", () => {
  // So fast that it soon gets worse.
  const worsening = {
    ...sft,
    steps: 8,
    save_steps: 2,
    eval_steps: 2,
    learning_rate: 0.2,
    warmup_steps: 8,
    lr_scheduler_type: "constant",
  };
  const of = recipeSchema.parse({
    ...recipe,
    stages: [
      {
        ...{ kind: "cold-start", examples: 12, ...worsening, save_total_limit: 1 },
        ...{ metric_for_best_model: "eval/loss", load_best_model_at_end: true },
      },
      { kind: "reasoning-rl", steps: 1, prompts_per_step: 2, ...rl, beta: 0 },
    ],
  });
  const best = (folder: string): string => {
    const measured = mergedMetricsOf(folder).flatMap(({ stage, step, "eval/loss": loss }) =>
      stage === "cold-start" && typeof loss === "number" && step !== 0 ? [{ step: Number(step), loss }] : [],
    );
    expect(measured).toHaveLength(4);
    return `cold-start-${measured.reduce((a, b) => (b.loss < a.loss ? b : a)).step}`;
  };

  test("is never deleted, and is what the next stage starts from", async () => {
    const folder = newRun(of);
    expect(await runStages(folder, { of })).toBe("completed");
    const [first, second] = readRecord(folder).stages;
    expect(first!.given).toBe(best(folder));
    expect(first!.given).not.toBe("cold-start-8");
    const kept = listCheckpoints(folder).filter(({ stage }) => stage === "cold-start");
    expect(kept.map(({ name }) => name)).toEqual([first!.given, "cold-start-8"]);
    expect(second!.before).toEqual(first!.after);
    expect(readFileSync(join(checkpointsFolder(folder), first!.given!, "README.md"), "utf8")).toContain("cold-start");
    for (const [phase, step] of [
      ["training", 5],
      ["evaluating", 8],
      ["evaluating", 2],
    ] as const) {
      const other = newRun(of);
      const stopIn = (name: string, in_: string, at: number): boolean =>
        name === "cold-start" && in_ === phase && at === step;
      await runStages(other, { of, stopIn });
      expect(await runStages(other, { of })).toBe("completed");
      expect(readRecord(other).stages.map(({ given, after }) => ({ given, after }))).toEqual(
        readRecord(folder).stages.map(({ given, after }) => ({ given, after })),
      );
      expect(mergedMetricsOf(other)).toEqual(mergedMetricsOf(folder));
    }
  });
});

describe("the best checkpoint by held-out answers", () => {
  const of = recipeSchema.parse({
    ...recipe,
    task: { name: "parity", min_length: 1, max_length: 7 },
    general_task: undefined,
    stages: [
      {
        ...{ kind: "cold-start", examples: 64, terse_share: 1, ...sft, steps: 60, save_steps: 6, eval_steps: 6 },
        ...{ batch_size: 16, learning_rate: 3e-2, lr_scheduler_type: "constant", save_total_limit: 1 },
        ...{ metric_for_best_model: "eval/pass@1", load_best_model_at_end: true },
      },
    ],
    evaluation: { prompts: 12, samples: 4, max_completion_length: 8, during_prompts: 6 },
  });
  test("is chosen on the prompts that all checkpoints were measured on, the last one too", async () => {
    const folder = newRun(of);
    expect(await runStages(folder, { of })).toBe("completed");
    const measured = metricsOf(folder).filter((row) => row["eval/prompts"] === 6);
    const values = measured.map((row) => Number(row["eval/pass@1"]));
    expect(measured.map(({ step }) => step)).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
    expect(Math.max(...values)).toBeGreaterThan(values.at(-1)!);
    const best = `cold-start-${6 * (1 + values.indexOf(Math.max(...values)))}`;
    const kept = (of: string) => listCheckpoints(of).map(({ name }) => name);
    expect(stageOf(folder, "cold-start").given).toBe(best);
    expect(kept(folder)).toEqual([best, "cold-start-60"]);
    for (const [phase, step] of [
      ["training", 33],
      ["evaluating", 24],
      ["evaluating", 60],
    ] as const) {
      const other = newRun(of);
      const stopIn = (_: string, in_: string, at: number): boolean => in_ === phase && at === step;
      expect(await runStages(other, { of, stopIn })).toBe("stopped");
      // As a kill leaves it between saving a checkpoint and deleting an older one.
      const [first] = kept(other);
      cpSync(join(checkpointsFolder(other), first!), join(checkpointsFolder(other), "cold-start-1"), {
        recursive: true,
      });
      expect(await runStages(other, { of })).toBe("completed");
      expect(kept(other)).toEqual(kept(folder));
      expect(mergedMetricsOf(other)).toEqual(mergedMetricsOf(folder));
      expect(stageOf(other, "cold-start").after).toEqual(stageOf(folder, "cold-start").after);
    }
  });

  test("is the last where no saved step was measured, and the stage says so", async () => {
    const never = recipeSchema.parse({
      ...of,
      stages: [{ ...of.stages[0], steps: 5, save_steps: 5, metric_for_best_model: "eval/loss", eval_steps: 0 }],
    });
    const folder = newRun(never);
    expect(await runStages(folder, { of: never })).toBe("completed");
    expect(stageOf(folder, "cold-start")).toMatchObject({ given: null, status: "completed" });
    expect(stageOf(folder, "cold-start").notes.at(-1)).toMatch(/"eval\/loss" was measured at no step/);
  });
});

describe("bad input", () => {
  const alone = (stage: object, change: object = {}): Recipe =>
    recipeSchema.parse({ ...recipe, ...change, stages: [stage] });
  const failure = async (of: Recipe, files: Readonly<Record<string, string>> = {}): Promise<string> => {
    const folder = newRun(of);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return String(await runStages(folder, { of }).catch((error: unknown) => error));
  };
  test("examples of a file: unreadable lines, held-out prompts and wrong answers are told apart", async () => {
    const of = alone({ kind: "cold-start", ...sft, examples_file: "examples.jsonl" });
    const right = { prompt: "a1b+2=", completion: "<think>b1+2=3</think><answer>3</answer>", answer: 3 };
    const told = (lines: readonly object[]) =>
      failure(of, { "examples.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") });
    expect(await failure(of)).toContain("examples.jsonl cannot be read");
    expect(await told([right, { prompt: "x" }])).toMatch(
      /examples\.jsonl:2: "completion" is missing; .* This line has: prompt\.$/,
    );
    expect(await told([{ ...right, answer: 4 }])).toMatch(
      /let none of 1 examples through .*1 wrong-answer.*Loosen "filters"/,
    );
    const leaked = Array.from({ length: 200 }, (_, index) => `a${1 + (index % 9)}b+${1 + Math.floor(index / 9)}=`).find(
      isHeldOut,
    )!;
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
    const system = { role: "system", content: "s" };
    expect(await told([right, { messages: [system, ...chat.messages] }])).toMatch(
      /examples\.jsonl:2: a system message and several turns need a model with a chat template/,
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
      'labels.jsonl:1: not a row with prompt, chosen and rejected, each a text: "prompt" is missing. It has: rejected.',
    );
    expect(await failure(of, { "labels.jsonl": '\uFEFF{"prompt": "a", "chosen": "b", "rejected": [4]}' })).toContain(
      '"rejected": ',
    );
    const row = (prompt: string): string => JSON.stringify({ prompt, chosen: "1", rejected: "2" });
    const leaked = Array.from({ length: 99 }, (_, index) => `a1b+${index}é=`).find(isHeldOut)!;
    const escaped = row(leaked.toUpperCase()).replace("É", "\\u00c9");
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
    const of = recipeSchema.parse({
      ...recipe,
      task,
      stages,
      evaluation: { ...recipe.evaluation, prompts: 2, during_prompts: 1 },
    });
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
    writeFileSync(join(damaged, "trainer.safetensors"), "");
    await expect(runStages(folder, { of })).rejects.toThrow(
      /cold-start-4.trainer\.safetensors .* delete its folder: a resume/,
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
});
