import { expect, test } from "vitest";
import { settingPlace } from "./setting-place";

const text = `{
  // what pays
  "rewards": [{ "function": "rewards/a.reward.ts", "weight": 1 }],
  "task": { "name": "chain-sum" },
  "stages": [
    { "kind": "cold-start", "name": "first", "learning_rate": 0.1 },
    { "kind": "reasoning-rl", "name": "second", "curriculum": { "by": "level" }, "learning_rate": 0.2 }
  ]
}`;
const shown = (stage: string, setting: string): { text: string; line: number; there: boolean } => {
  const { offset, length, there } = settingPlace(text, stage, setting);
  return { text: text.slice(offset, offset + length), line: text.slice(0, offset).split("\n").length, there };
};

test("a setting is found in its own stage, and in what that holds", () => {
  expect(shown("second", "learning_rate")).toEqual({ text: '"learning_rate"', line: 7, there: true });
  expect(shown("first", "learning_rate")).toEqual({ text: '"learning_rate"', line: 6, there: true });
  expect(shown("second", "by")).toEqual({ text: '"by"', line: 7, there: true });
});

test("a setting of the recipe is found beside the stages, and never in another stage", () => {
  expect(shown("second", "rewards")).toEqual({ text: '"rewards"', line: 3, there: true });
  expect(shown("first", "curriculum")).toEqual({ text: '"first"', line: 6, there: false });
});

test("one that nobody has written is shown at the stage that has its default", () => {
  expect(shown("second", "beta")).toEqual({ text: '"second"', line: 7, there: false });
});

test("a stage without a name has that of its kind", () => {
  const unnamed = '{ "stages": [{ "kind": "reasoning-rl", "beta": 0 }, { "kind": "dpo" }] }';
  expect(settingPlace(unnamed, "reasoning-rl", "beta")).toEqual({
    offset: unnamed.indexOf('"beta"'),
    length: 6,
    there: true,
  });
  expect(settingPlace(unnamed, "dpo", "beta").there).toBe(false);
});

test("a recipe without the stage says so, also one that is half written", () => {
  expect(() => settingPlace(text, "third", "beta")).toThrow('The recipe has no stage "third" any more.');
  expect(() => settingPlace("", "second", "beta")).toThrow('The recipe has no stage "second" any more.');
  expect(() => settingPlace('{"stages": [3, null, {', "second", "beta")).toThrow("no stage");
});
