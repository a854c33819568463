import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { loadPolicy } from "../models/checkpoint";
import type { StageRecord } from "../protocol/run";
import { recipeSchema } from "../recipes/schema";
import { checkpointsFolder, datasetPath, reportPath } from "../runs/paths";
import { listCheckpoints } from "../runs/checkpoints";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { modelCard } from "./model-card";
import { pairs, recipeOf, rl, sampling, sft } from "./recipe.testing";
import { mergedMetricsOf, metricsOf, newRun, runStages, weightsOf } from "./run.testing";

/** Every kind of stage. */
const recipe = recipeOf([
  { kind: "cold-start", examples: 12, packing: 60, num_train_epochs: 1.5, ...sft },
  { kind: "reasoning-rl", steps: 3, prompts_per_step: 2, curriculum: "pass-rate", ...rl },
  sampling,
  { kind: "reward-model", name: "safe", tag: "safe", ...pairs },
  {
    kind: "preference-rl",
    steps: 4,
    prompts_per_step: 4,
    reward_models: [{ stage: "safe", weight: 2 }],
    preference_steps: 2,
    ...rl,
  },
  { kind: "dpo", from: "rejection-sampling", ...pairs },
  { kind: "evaluation", from: "preference-rl", best_of: "safe", samples: 2 },
]);

let whole: string;
const stageOf = (folder: string, name: string): StageRecord =>
  readRecord(folder).stages.find((stage) => stage.name === name)!;
const trained = ["cold-start", "reasoning-rl", "rejection-sampling", "safe", "preference-rl", "dpo"];

testEngine("simd");
beforeAll(async () => {
  whole = newRun(recipe);
  expect(await runStages(whole, { of: recipe })).toBe("completed");
});

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
  expect(stageOf(whole, "cold-start").remarks["answers"]).toContain(
    "none of 8 completions had an answer that could be read",
  );
  // 1.5 passes over what fits into 60 tokens a step.
  expect(stageOf(whole, "cold-start").steps).not.toBe(5);
  expect(stageOf(whole, "cold-start").step).toBe(stageOf(whole, "cold-start").steps);
  expect(stageOf(whole, "safe").notes[0]).toMatch(/^12 pairs; held-out accuracy [\d.]+ of 6 pairs, calibration error/);
});

test("rejection sampling keeps what it may, says why it refused the rest, and exports the set", () => {
  const rows = readFileSync(datasetPath(whole, "rejection-sampling"), "utf8").trimEnd().split("\n");
  const traces = openTraces(whole);
  const filter = { stage: "rejection-sampling", step: null, purpose: "sampling", group: null, text: "" } as const;
  const shown = (where: "kept" | "refused" | "") => {
    const { groups } = traces.groups({ ...filter, where }, 0, 100);
    return groups.flatMap(({ stage, step, purpose, group }) => traces.group({ stage, step, purpose, group }));
  };
  const all = shown("");
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
  // What is right is the task's to say, and a low reward is no wrong answer.
  const low = all.filter(({ tags }) => tags[1]?.startsWith("low-reward: its reward is "));
  expect(low.length).toBeGreaterThan(0);
  for (const { reward } of low) expect(reward).toBeLessThan(3);
  expect(mergedMetricsOf(whole).findLast((row) => "sampling/right" in row)).toMatchObject({
    "sampling/right": all.filter(({ correct }) => correct === 1).length,
    "sampling/accepted": all.filter(({ reward, finishReason }) => finishReason === "stop" && reward! >= 3).length,
  });
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
        kind: "cold-start",
        examples: 12,
        ...worsening,
        save_total_limit: 1,
        metric_for_best_model: "eval/loss",
        load_best_model_at_end: true,
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
        kind: "cold-start",
        examples: 64,
        terse_share: 1,
        ...sft,
        steps: 60,
        save_steps: 6,
        eval_steps: 6,
        batch_size: 16,
        learning_rate: 3e-2,
        lr_scheduler_type: "constant",
        save_total_limit: 1,
        metric_for_best_model: "eval/pass@1",
        load_best_model_at_end: true,
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
