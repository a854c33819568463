import { expect, test } from "vitest";
import { completeAt, hoverAt } from "./assist";
import { checkpointDefault } from "./checkpoint-defaults";
import { filledOf, filledText, stillFilled, withCheckpointDefaults } from "./fill-defaults";
import { properties, recipeJsonSchema, stageBranch } from "./json-schema";
import { parseRecipe } from "./parse";

const written = (model: object, stages: readonly object[], more: object = {}) => ({
  name: "Defaults",
  model,
  task: { name: "chain-sum" },
  rewards: [{ function: "r.reward.ts#correct" }],
  stages,
  ...more,
});
const parsed = (...recipe: Parameters<typeof written>) => parseRecipe(JSON.stringify(written(...recipe)));
const stages = [{ kind: "cold-start" }, { kind: "reasoning-rl" }];
const whole = { checkpoint: "models/small" };

test("a new model keeps the defaults of the toy models", () => {
  const { recipe, filled } = parsed({}, stages);
  expect(filled).toEqual([]);
  expect(recipe!.stages).toMatchObject([
    { examples: 4000, steps: 2500, learning_rate: 2e-3, warmup_steps: 20, eval_steps: 250, save_steps: 250 },
    { learning_rate: 1e-4, max_completion_length: 80 },
  ]);
  expect(recipe!.evaluation).toMatchObject({ prompts: 256, samples: 8, temperature: 1, top_p: 1, during_prompts: 64 });
});

test("a checkpoint has defaults that suit it, an adapter ten times the learning rate", () => {
  const full = parsed(whole, stages).recipe!;
  expect(full.stages).toMatchObject([
    { examples: null, steps: 200, learning_rate: 2e-5, warmup_steps: 10, eval_steps: 50, save_steps: 100 },
    { learning_rate: 1e-6, max_completion_length: 256 },
  ]);
  expect(full.evaluation).toMatchObject({
    prompts: 64,
    samples: 4,
    temperature: 0.6,
    top_p: 0.95,
    max_completion_length: 256,
    during_prompts: 32,
    every: 20,
  });
  const { recipe } = parsed({ ...whole, lora: {} }, [...stages, { kind: "dpo", pairs: 0, labels: ["l.jsonl"] }]);
  expect(recipe!.stages).toMatchObject([{ learning_rate: 2e-4 }, { learning_rate: 1e-5 }, { learning_rate: 1e-5 }]);
});

test("what the recipe says stands, and what it gets is told with its source", () => {
  const { recipe, filled } = parsed(
    whole,
    [{ kind: "reasoning-rl", name: "rl", learning_rate: 1e-5, keep_moments: "all", algorithm: "dapo" }],
    { evaluation: { prompts: 40 } },
  );
  expect(recipe!.stages).toMatchObject([{ learning_rate: 1e-5, max_completion_length: 256, soft_punish_cache: 51 }]);
  expect(recipe!.evaluation.prompts).toBe(40);
  const names = filled.map(({ name }) => name);
  expect(names).toContain("rl.max_completion_length");
  expect(names).toContain("evaluation.samples");
  expect(names).not.toContain("rl.learning_rate");
  expect(names).not.toContain("evaluation.prompts");
  expect(filledText(filledOf(filled, 0, false))).toBe(
    "Set as suits a checkpoint, where the recipe says nothing: rl.max_completion_length 256 (half of TRL's GRPOConfig: a processor draws them).",
  );
  const changed = { ...recipe!, evaluation: { ...recipe!.evaluation, samples: 9 } };
  expect(stillFilled(changed, filled).map(({ name }) => name)).not.toContain("evaluation.samples");
  expect(stillFilled(recipe, filled)).toEqual(filled);
});

test("evaluations of a checkpoint are as long as its longest stage", () => {
  const length = (stages: readonly object[], evaluation: object = {}): number =>
    parsed(whole, stages, { evaluation }).recipe!.evaluation.max_completion_length;
  const long = [{ kind: "reasoning-rl", max_completion_length: 48 }];
  expect(length(long)).toBe(48);
  expect(length([...long, { kind: "rejection-sampling", name: "rs", max_completion_length: 900 }])).toBe(900);
  expect(length([...long, { kind: "rejection-sampling", name: "rs" }])).toBe(256);
  expect(length([{ kind: "cold-start" }])).toBe(256);
  expect(length(long, { max_completion_length: 20 })).toBe(20);
});

test("what is no recipe comes back as it is", () => {
  for (const value of [null, 1, [], {}, { model: null }, { model: { checkpoint: 1 }, stages: 3, evaluation: [] }])
    expect(withCheckpointDefaults(value).recipe).toEqual(value);
});

test("hover, completion and schema say the default of the model at hand", () => {
  const text = (model: object) => JSON.stringify(written(model, [{ kind: "reasoning-rl", learning_rate: 1 }]));
  const hover = (model: object) => hoverAt(text(model), text(model).indexOf('"learning_rate"') + 2)!.markdown;
  expect(hover({})).toContain("default 0.0001");
  expect(hover(whole)).toContain("default 0.000001");
  expect(hover({ ...whole, lora: {} })).toContain("default 0.00001");
  expect(hover({})).toContain("Default where the recipe's model is a checkpoint: 0.000001, with `lora` 0.00001 (TRL's");

  const open = text(whole).replace('"learning_rate":1', '""');
  const offered = completeAt(open, open.lastIndexOf('""') + 1);
  expect(offered.find(({ label }) => label === "max_completion_length")).toMatchObject({
    insert: '"max_completion_length": 256',
    detail: "default 256",
  });
  expect(properties(recipeJsonSchema("full"))["evaluation"]!.default).toMatchObject({ prompts: 64, every: 20 });
  expect(properties(recipeJsonSchema())["evaluation"]!.default).toMatchObject({ prompts: 256 });
});

test("every default for a checkpoint is a value that its field takes", () => {
  const told = ["cold-start", "reasoning-rl", "rejection-sampling", "reward-model", "preference-rl", "dpo"];
  for (const kind of told) {
    const fields = properties(stageBranch(kind)!);
    expect(Object.values(fields).some((field) => checkpointDefault(field) !== null)).toBe(true);
    const needs = { ...(kind === "preference-rl" && { reward_models: [{ stage: "rm" }] }) };
    const rm = kind === "preference-rl" ? [{ kind: "reward-model", name: "rm", labels: ["l.jsonl"] }] : [];
    const pairs = ["reward-model", "dpo"].includes(kind) ? { labels: ["l.jsonl"] } : {};
    for (const model of [whole, { ...whole, lora: {} }]) {
      const general = { general_task: { name: "unanswerable" } };
      const { recipe, problems } = parsed(model, [...rm, { kind, ...needs, ...pairs }], general);
      expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(recipe).not.toBeNull();
    }
  }
});
