import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { ScoreGroup } from "../protocol/rewards";
import type { Scored } from "../protocol/trainer";
import { algorithms, withPresets } from "../recipes/presets";
import { recipeSchema } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import { temporaryFolder } from "../runs/example-run";
import { readRun } from "../runs/list-runs";
import { recordPath } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openRunWriter } from "../runs/writer";
import { RunPaused } from "./context";
import type { StageEnd } from "./context";
import { metricsOf, newRun as newRunOf, runStages, score, weightsOf } from "./run.testing";
import { messageOf } from "../shared/user-error";

const recipe = recipeSchema.parse({
  name: "Small",
  engine: "simd",
  seed: 11,
  model: {
    num_hidden_layers: 1,
    hidden_size: 16,
    num_attention_heads: 2,
    intermediate_size: 24,
    max_position_embeddings: 64,
  },
  task: { name: "chain-sum", min_terms: 2, max_terms: 3 },
  rewards: [{ function: "r.reward.ts#length" }, { function: "r.reward.ts#digits", weight: 0.5 }],
  stages: [
    {
      kind: "cold-start",
      examples: 10,
      batch_size: 3,
      steps: 7,
      logging_steps: 2,
      warmup_steps: 2,
      save_steps: 3,
      eval_steps: 4,
      eval_examples: 5,
    },
    {
      kind: "reasoning-rl",
      steps: 4,
      prompts_per_step: 2,
      num_generations: 3,
      max_completion_length: 8,
      num_iterations: 2,
      beta: 0.05,
      learning_rate: 3e-3,
      warmup_steps: 2,
      save_steps: 2,
    },
  ],
  evaluation: { prompts: 3, samples: 2, every: 2, max_completion_length: 8, during_prompts: 2 },
});

const newRun = (of = recipe): string => newRunOf(of);

const run = (
  folder: string,
  stop?: (stage: string, step: number) => boolean,
  scorer = score,
  stopIn: (phase: string, step: number) => boolean = () => false,
  of = recipe,
  skipBatch = false,
): Promise<StageEnd> =>
  runStages(folder, {
    of,
    scorer,
    skipBatch,
    stopIn: (stage, phase, step) => stage === "reasoning-rl" && stopIn(phase, step),
    ...(stop ? { stop } : {}),
  });

let whole: string;

testEngine("simd");
beforeAll(async () => {
  whole = newRun();
  expect(await run(whole)).toBe("completed");
});

test("every stage is recorded with what it brought; the end of one is the beginning of the next", () => {
  const writer = openRunWriter(whole);
  const [coldStart, rl] = writer.record.stages;
  writer.close();
  expect(coldStart).toMatchObject({ status: "completed", step: 7 });
  expect(rl).toMatchObject({ status: "completed", step: 4 });
  expect(rl!.before).toEqual(coldStart!.after);
  expect(coldStart!.before).not.toBeNull();
  const rows = metricsOf(whole).filter(({ stage }) => stage === "reasoning-rl");
  expect(rows.filter((row) => "reward" in row).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(rows.filter((row) => "eval/pass@2" in row).map(({ step }) => step)).toEqual([0, 2, 4]);
  for (const row of rows.filter((one) => "reward" in one)) expect(row).toHaveProperty("kl");
});

test.each([
  ["cold-start", 4],
  ["cold-start", 7],
  ["reasoning-rl", 1],
  ["reasoning-rl", 2],
  ["reasoning-rl", 4],
])("a run that stops in %s after step %d goes on to the numbers of the run that did not", async (stage, step) => {
  const folder = newRun();
  expect(await run(folder, (name, at) => name === stage && at === step)).toBe("stopped");
  expect(await run(folder)).toBe("completed");
  expect(weightsOf(folder, "cold-start").equals(weightsOf(whole, "cold-start"))).toBe(true);
  expect(weightsOf(folder, "reasoning-rl").equals(weightsOf(whole, "reasoning-rl"))).toBe(true);
  expect(metricsOf(folder)).toEqual(metricsOf(whole));
});

test("what counts steps is told in the record as the stage ends, and does not write it at every step", async () => {
  // The record tells the step by the clock.
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => clock.mockRestore());
  const stages = [{ ...recipe.stages[1], beta: 0 }];
  const of = recipeSchema.parse({ ...recipe, stages, evaluation: { ...recipe.evaluation, every: 0 } });
  const folder = newRun(of);
  const records: string[] = [];
  const alike = async (groups: readonly ScoreGroup[]): Promise<Scored> => {
    records.push(readFileSync(recordPath(folder), "utf8"));
    const { outcomes, ...scored } = await score(groups);
    const same = { kind: "score", score: 1, extras: {} } as const;
    return {
      ...scored,
      outcomes: Object.fromEntries(
        Object.entries(outcomes).map(([name, all]) => [name, all.map((group) => group.map(() => same))]),
      ),
    };
  };
  expect(await run(folder, undefined, alike, undefined, of)).toBe("completed");
  const [, second, ...later] = records;
  expect(JSON.parse(second!)).toHaveProperty("stages.0.remarks.alike");
  expect(later.length).toBe(2);
  for (const record of later) expect(record).toBe(second);
  expect(readRecord(folder).stages[0]!.remarks["alike"]).toMatch(/^In 4 of 4 steps all completions/);
});

test("a run that stops while it evaluates within a stage goes on with that evaluation", async () => {
  const folder = newRun();
  const asked = (phase: string, step: number): boolean => phase === "evaluating" && step === 2;
  expect(await run(folder, undefined, score, asked)).toBe("stopped");
  expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(/reasoning-rl-2$/);
  expect(await run(folder)).toBe("completed");
  expect(metricsOf(folder)).toEqual(metricsOf(whole));
});

test("a run whose rewards cannot run any more pauses with its steps saved", async () => {
  const folder = newRun();
  let scorings = 0;
  const failing = async (groups: readonly ScoreGroup[]): Promise<Scored> => {
    if (++scorings === 4) throw new RunPaused("The reward file is gone.");
    return score(groups);
  };
  await expect(run(folder, undefined, failing)).rejects.toThrow("The reward file is gone.");
  expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(/reasoning-rl-3$/);
  expect(await run(folder)).toBe("completed");
  expect(weightsOf(folder, "reasoning-rl").equals(weightsOf(whole, "reasoning-rl"))).toBe(true);
  expect(metricsOf(folder)).toEqual(metricsOf(whole));
});

test("past max_reward_errors the run pauses, names the error's place, and what was scored is kept", async () => {
  const folder = newRun();
  const strict = recipe.stages[1]!;
  let scorings = 0;
  let kept: number[] = [];
  // The second step: it follows the first so closely that its progress alone is no reason to write the record.
  const throwing = async (groups: readonly ScoreGroup[]): Promise<Scored> => {
    const scored = await score(groups);
    if (++scorings < 2) return scored;
    kept = scored.outcomes["digits"]![0]!.map((outcome) => (outcome.kind === "score" ? outcome.score : NaN));
    const error = { kind: "error" as const, message: "x is undefined", file: "r.reward.ts", line: 7, column: 3 };
    return {
      ...scored,
      outcomes: {
        ...scored.outcomes,
        digits: scored.outcomes["digits"]!.map((samples, group) => (group === 0 ? samples : samples.map(() => error))),
      },
    };
  };
  if (strict.kind !== "reasoning-rl") throw new Error("The second stage is not RL.");
  const limit = strict.max_reward_errors;
  strict.max_reward_errors = 2;
  try {
    const error = await run(folder, undefined, throwing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RunPaused);
    expect(String(error)).toContain("3 reward errors, more than max_reward_errors (2)");
    expect(String(error)).toContain("digits at r.reward.ts:7: x is undefined");
  } finally {
    strict.max_reward_errors = limit;
  }
  expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(/reasoning-rl-2$/);
  expect(readRun(folder).record!.stages[1]).toMatchObject({ step: 2 });
  const row = metricsOf(folder).findLast((one) => "reward" in one);
  // An error is not a score of 0: its samples are left out.
  const mean = kept.reduce((sum, digits) => sum + digits, 0) / kept.length;
  expect(row).toMatchObject({ "verifier/errors": 3, "verifier/digits/errors": 3, "rewards/digits/mean": mean });
  expect(existsSync(join(folder, "traces.sqlite"))).toBe(true);
});

describe("algorithms", () => {
  const weightsOfPart = (folder: string, part: string): Buffer =>
    readFileSync(
      join(
        latestCheckpoint(folder, "reasoning-rl")!,
        part === "model" ? "model.safetensors" : `trainer/${part}.tensors`,
      ),
    );
  /** One RL stage from a new model; references and critics move within its four steps. */
  const recipeOf = (settings: object): typeof recipe =>
    recipeSchema.parse(
      withPresets({
        ...recipe,
        stages: [
          {
            kind: "reasoning-rl",
            steps: 4,
            prompts_per_step: 2,
            num_generations: 3,
            max_completion_length: 8,
            learning_rate: 3e-3,
            warmup_steps: 0,
            save_steps: 4,
            ...settings,
          },
        ],
      }),
    );
  const extended = [
    ...algorithms.map((algorithm) => ({
      algorithm,
      // Within a test's steps, where the preset's number of steps is a stage's.
      ...(algorithm.startsWith("r1") ? { ref_model_sync_steps: 1, ref_model_mixup_alpha: 0.5 } : {}),
    })),
    { algorithm: "ppo", critic: "shared", whiten_rewards: true },
    { beta: 0.1, kl_target: 0.01, kl_horizon: 10, entropy_coef: 0.01, use_adaptive_entropy: true, entropy_target: 9 },
    {
      loss_type: "sapo",
      num_mini_batches: 3,
      num_iterations: 2,
      top_entropy_quantile: 0.5,
      mask_truncated_completions: true,
    },
  ] as const;

  test.each(extended)(
    "%j: updates the policy, and a run that stops goes on to the numbers of one that did not",
    async (settings) => {
      const of = recipeOf(settings);
      const [through, halted] = [newRun(of), newRun(of)];
      expect(await run(through, undefined, score, undefined, of)).toBe("completed");
      const rows = metricsOf(through).filter((row) => "reward" in row);
      expect(rows).toHaveLength(4);
      for (const row of rows) {
        expect(row["grad_norm"]).toBeGreaterThan(0);
        for (const value of Object.values(row)) if (typeof value === "number") expect(value).not.toBeNaN();
      }
      expect(await run(halted, (_, step) => step === 2, score, undefined, of)).toBe("stopped");
      expect(await run(halted, undefined, score, undefined, of)).toBe("completed");
      expect(metricsOf(halted)).toEqual(metricsOf(through));
      const stage = of.stages[0]!;
      if (stage.kind !== "reasoning-rl") throw new Error("The stage is not RL.");
      const parts = [
        "model",
        ...(stage.advantage_estimator === "gae" ? ["critic"] : []),
        ...(stage.sync_ref_model ? ["reference"] : []),
      ];
      for (const part of parts) expect(weightsOfPart(halted, part).equals(weightsOfPart(through, part))).toBe(true);
    },
  );

  test("sampling in parts, each scored while the next is sampled, gives the same numbers", async () => {
    const [whole, parts] = [recipeOf({ prompts_per_step: 3 }), recipeOf({ prompts_per_step: 3, scoring_parts: 2 })];
    const [together, apart] = [newRun(whole), newRun(parts)];
    const sizes: number[] = [];
    const watched = (groups: readonly ScoreGroup[]): Promise<Scored> => {
      sizes.push(groups.length);
      return score(groups);
    };
    expect(await run(together, undefined, score, undefined, whole)).toBe("completed");
    expect(await run(apart, undefined, watched, undefined, parts)).toBe("completed");
    expect(sizes.slice(0, 2)).toEqual([2, 1]);
    const [one, other] = [together, apart].map((folder) => metricsOf(folder).map(({ reward }) => reward));
    expect(other).toEqual(one);
    expect(weightsOf(apart, "reasoning-rl").equals(weightsOf(together, "reasoning-rl"))).toBe(true);
  });

  test("dynamic sampling draws other prompts for groups without signal, a bounded number of times", async () => {
    const of = recipeOf({ dynamic_sampling: true, max_generation_rounds: 3 });
    const folder = newRun(of);
    // The first group of each round has no signal.
    const dull = async (groups: readonly ScoreGroup[]): Promise<Scored> => {
      const scored = await score(groups);
      const outcomes = Object.entries(scored.outcomes).map(([name, all]) => [
        name,
        all.map((group, index) => (index === 0 ? group.map(() => ({ kind: "score", score: 1, extras: {} })) : group)),
      ]);
      return { ...scored, outcomes: Object.fromEntries(outcomes) as Scored["outcomes"] };
    };
    expect(await run(folder, undefined, dull, undefined, of)).toBe("completed");
    for (const row of metricsOf(folder).filter((one) => "reward" in one)) {
      // Two, then one more in each further round, which is the first of its round.
      expect(row).toMatchObject({ "sampling/rounds": 3, "sampling/groups": 4 });
    }
  });

  test("a stage ends with the step that spends its budget of tokens", async () => {
    const of = recipeOf({ max_generated_tokens: 60 });
    const folder = newRun(of);
    expect(await run(folder, undefined, score, undefined, of)).toBe("completed");
    const tokens = metricsOf(folder).flatMap((row) => ("reward" in row ? [row["num_tokens"] as number] : []));
    expect(tokens.at(-1)).toBeGreaterThanOrEqual(60);
    expect(tokens.at(-2) ?? 0).toBeLessThan(60);
    expect(tokens.length).toBeLessThan(4);
    const writer = openRunWriter(folder);
    expect(writer.record.stages[0]).toMatchObject({ status: "completed", step: tokens.length });
    writer.close();
  });

  test("a step that is not finite is not applied: the run pauses and says which number it was, or goes past it", async () => {
    // A bonus whose slope single precision cannot hold.
    const broken = { entropy_coef: 1e300 };
    const of = recipeOf(broken);
    const folder = newRun(of);
    const paused = async (skipBatch: boolean): Promise<string> => {
      const error = await run(folder, undefined, score, undefined, of, skipBatch).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RunPaused);
      return messageOf(error);
    };
    expect(await paused(false)).toMatch(/step 1: the gradient of [\w.]+ is .*resume and skip the batch\.$/);
    // What comes next is not finite either, and only one step is gone past.
    expect(await paused(true)).toMatch(/step 2: the gradient of /);
    expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(/reasoning-rl-1$/);

    const skipping = recipeOf({ ...broken, on_non_finite: "skip" });
    const [skipped, still] = [newRun(skipping), newRun(recipeOf({ learning_rate: 1e-30 }))];
    expect(await run(skipped, undefined, score, undefined, skipping)).toBe("completed");
    expect(metricsOf(skipped).filter((row) => row["skipped"] === 1)).toHaveLength(4);
    // As if nothing had been learned.
    expect(await run(still, undefined, score, undefined, recipeOf({ learning_rate: 1e-30 }))).toBe("completed");
    expect(weightsOf(skipped, "reasoning-rl").equals(weightsOf(still, "reasoning-rl"))).toBe(true);
  });
});

describe("from a checkpoint with a chat template", () => {
  const fromCheckpoint = (chat_template: boolean, template: string | null): typeof recipe => {
    const checkpoint = join(temporaryFolder("chat"), "checkpoint");
    cpSync(latestCheckpoint(whole, "cold-start")!, checkpoint, { recursive: true });
    if (template !== null) writeFileSync(join(checkpoint, "chat_template.jinja"), template);
    return { ...recipe, model: { checkpoint, chat_template } };
  };
  const runFrom = async (of: typeof recipe): Promise<string> => {
    const folder = newRun(of);
    const prompts: string[] = [];
    const asked = (groups: readonly ScoreGroup[]): Promise<Scored> => {
      prompts.push(...groups.map(({ prompt }) => prompt));
      return score(groups);
    };
    expect(await run(folder, undefined, asked, undefined, of)).toBe("completed");
    // Rewards see the task's prompts.
    for (const prompt of prompts) expect(prompt).toMatch(/^a[^?]*=$/);
    return folder;
  };

  test("prompts are wrapped in it where the recipe says so, in every stage, and checkpoints keep it", async () => {
    const template = "{{ messages[0].content }}={% if add_generation_prompt %}<think>{% endif %}";
    const [chat, plain] = [
      await runFrom(fromCheckpoint(true, template)),
      await runFrom(fromCheckpoint(false, template)),
    ];
    for (const stage of ["cold-start", "reasoning-rl"]) {
      expect(weightsOf(chat, stage).equals(weightsOf(plain, stage))).toBe(false);
      for (const folder of [chat, plain]) {
        expect(readFileSync(join(latestCheckpoint(folder, stage)!, "chat_template.jinja"), "utf8")).toBe(template);
      }
    }
  });

  test("a template that stays unused is told, for a model of conversations may answer nothing without it", async () => {
    const remarked = async (of: typeof recipe): Promise<string> => {
      const folder = newRun(of);
      expect(await run(folder, undefined, score, undefined, of)).toBe("completed");
      return JSON.stringify(readRun(folder).record!.stages.map(({ remarks }) => remarks));
    };
    const [used, unused] = [fromCheckpoint(true, "{{ messages[0].content }}"), fromCheckpoint(false, "{{ 1 }}")];
    expect(await remarked(unused)).toContain('Set \\"chat_template\\": true');
    for (const of of [used, fromCheckpoint(false, null)]) expect(await remarked(of)).not.toContain("chat_template");
  });

  test("a template that refuses the prompt, and a checkpoint without one, are said before anything is trained", async () => {
    const start = (of: typeof recipe): Promise<StageEnd> => run(newRun(of), undefined, score, undefined, of);
    const refusing = fromCheckpoint(true, "{{ raise_exception('A system message is needed.') }}");
    await expect(start(refusing)).rejects.toThrow(/chat template cannot be used: .*A system message is needed/);
    await expect(start(fromCheckpoint(true, null))).rejects.toThrow(/which has none: .* to false\.$/);
  });
});

describe("on the reference engine", () => {
  testEngine("cpu");

  test("a run that stops goes on to the numbers of the run that did not", async () => {
    const [through, halted] = [newRun(), newRun()];
    expect(await run(through)).toBe("completed");
    expect(await run(halted, (name, at) => name === "reasoning-rl" && at === 2)).toBe("stopped");
    expect(await run(halted)).toBe("completed");
    expect(weightsOf(halted, "reasoning-rl").equals(weightsOf(through, "reasoning-rl"))).toBe(true);
    expect(metricsOf(halted)).toEqual(metricsOf(through));
  });
});
