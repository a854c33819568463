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
