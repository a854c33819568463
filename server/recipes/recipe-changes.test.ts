import { expect, test } from "vitest";
import { changeText, recipeChanges, settingsOf, withSettings } from "./recipe-changes";
import { recipeSchema, type Recipe } from "./schema";

const recipe: Recipe = recipeSchema.parse({
  name: "Test",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "rewards/a.reward.ts#correct" }],
  stages: [{ kind: "cold-start" }, { kind: "reasoning-rl" }],
});
const changesBy = (...settings: [string, string][]): string[] =>
  recipeChanges(
    recipe,
    withSettings(
      recipe,
      settings.map(([path, text]) => ({ path, text })),
    ),
  ).map(changeText);

test("settings are changed by the names that they are listed by", () => {
  expect(changesBy(["reasoning-rl.learning_rate", "0.5"], ["evaluation.samples", "3"], ["seed", "7"])).toEqual([
    "seed: 0 → 7",
    "reasoning-rl.learning_rate: 0.0001 → 0.5",
    expect.stringMatching(/^evaluation\.samples: \d+ → 3$/),
  ]);
  expect(changesBy(["stages.cold-start.steps", "10"])).toEqual([
    expect.stringMatching(/^cold-start\.steps: \d+ → 10$/),
  ]);
  expect(changesBy(["rewards.rewards/a.reward.ts#correct.weight", "2"])).toEqual([
    "rewards.rewards/a.reward.ts#correct.weight: 1 → 2",
  ]);
});

test("a setting that was not set can be", () => {
  expect(changesBy(["cold-start.num_train_epochs", "3"])).toEqual(["cold-start.num_train_epochs: unset → 3"]);
});

test("a stage or reward that came or went is one change", () => {
  const other = recipeSchema.parse({
    ...recipe,
    rewards: [{ function: "rewards/a.reward.ts#correct", weight: 2 }, { function: "rewards/b.reward.ts#short" }],
    stages: [recipe.stages[0]!, { kind: "evaluation" }],
  });
  expect(recipeChanges(recipe, other).map(changeText)).toEqual([
    "rewards.rewards/a.reward.ts#correct.weight: 1 → 2",
    "stage reasoning-rl removed",
    "stage evaluation added",
    "reward rewards/b.reward.ts#short added",
  ]);
});

test("a stage named as a part of the recipe is told apart from that part", () => {
  const both = recipeSchema.parse({ ...recipe, stages: [...recipe.stages, { kind: "evaluation", samples: 4 }] });
  const changed = (path: string): string[] =>
    recipeChanges(both, withSettings(both, [{ path, text: "16" }])).map(changeText);
  expect(changed("evaluation.samples")).toEqual(["evaluation.samples: 8 → 16"]);
  expect(changed("stages.evaluation.samples")).toEqual(["stages.evaluation.samples: 4 → 16"]);
});

test("every setting of a recipe can be set to what it is", () => {
  const same = settingsOf(recipe).map(({ path, value }): [string, string] => [path, JSON.stringify(value)]);
  expect(same.length).toBeGreaterThan(50);
  for (const setting of same) expect(changesBy(setting)).toEqual([]);
});

test("another algorithm brings its settings", () => {
  const changes = changesBy(["reasoning-rl.algorithm", "dapo"]);
  expect(changes).toContain("reasoning-rl.epsilon_high: unset → 0.28");
  expect(changes.some((change) => change.startsWith("reasoning-rl.learning_rate"))).toBe(false);
});

test.each([
  ["reasoning-rl.learning_rat", "1", /learning_rat.*Did you mean reasoning-rl\.learning_rate/s],
  ["reasoning-lr.steps", "1", /There is no setting reasoning-lr\.steps/],
  ["reasoning-rl.steps", "-1", /steps.*must be more than 0/],
  ["stages.dpo.steps", "1", /There is no setting stages\.dpo\.steps|no "dpo"/],
  ["reasoning-rl.steps.more", "1", /./],
])("%s = %s is refused with a reason", (path, text, reason) => {
  expect(() => withSettings(recipe, [{ path, text }])).toThrow(reason);
});
