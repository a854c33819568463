import { expect, test } from "vitest";
import { changedStretch, editRecipe } from "./edit-recipe";
import { parseRecipe } from "./parse";

const text = `// A recipe.
{
  "name": "Edited", /* kept */
  "model": { "num_hidden_layers": 1 },
  "task": { "name": "chain-sum" },
  "rewards": [
    { "function": "a.reward.ts#right" },
    {
      "function": "a.reward.ts#short",
      "weight": 0.5 // half
    }
  ],
  "stages": [
    { "kind": "cold-start", "steps": 5 },
    {
      "kind": "reasoning-rl",
      "epsilon": 0.2,     // as DAPO
      "steps": 5 // few
    }
  ]
}
`;

test("settings and weights go to their places; comments, order and format stay", () => {
  const edited = editRecipe(text, {
    stage: "reasoning-rl",
    settings: { epsilon: 0.1, loss_type: "dr_grpo", scale_rewards: "none" },
    weights: { right: 2, short: 0 },
  });
  expect(edited).toBe(
    text
      .replace('#right" }', '#right", "weight": 2 }')
      .replace('"weight": 0.5 // half', '"weight": 0 // half')
      .replace('"epsilon": 0.2,     // as DAPO', '"epsilon": 0.1,     // as DAPO')
      .replace(
        '"steps": 5 // few\n',
        '"steps": 5, // few\n      "loss_type": "dr_grpo",\n      "scale_rewards": "none"\n',
      ),
  );
  const stage = parseRecipe(edited).recipe?.stages[1];
  expect(stage).toMatchObject({ epsilon: 0.1, loss_type: "dr_grpo", scale_rewards: "none", steps: 5 });
});

test("an object on one line stays on it, line ends stay what they are", () => {
  const short = text.replace(/\{\n {6}"kind": "reasoning-rl",[^}]*\}/, '{ "kind": "reasoning-rl", "steps": 5 }');
  const edited = editRecipe(short, { stage: "reasoning-rl", settings: { beta: 0.04 }, weights: {} });
  expect(edited).toBe(short.replace('"steps": 5 }\n  ]', '"steps": 5, "beta": 0.04 }\n  ]'));
  const windows = text.replaceAll("\n", "\r\n");
  expect(editRecipe(windows, { stage: "reasoning-rl", settings: { beta: 0.04 }, weights: {} })).toBe(
    windows.replace('"steps": 5 // few\r\n', '"steps": 5, // few\r\n      "beta": 0.04\r\n'),
  );
});

test("what cannot be written is an error, and changes nothing", () => {
  const none = { settings: {}, weights: {} };
  expect(() => editRecipe(text, { ...none, stage: "other" })).toThrow('no stage "other"');
  expect(() => editRecipe(text, { ...none, stage: "reasoning-rl", weights: { long: 1 } })).toThrow('no reward "long"');
  expect(() => editRecipe(text, { ...none, stage: "reasoning-rl", settings: { epsilon: -1 } })).toThrow(
    "would have an error",
  );
  expect(() => editRecipe("{", { ...none, stage: "reasoning-rl" })).toThrow("an error in line 1");
});

test("the stretch that changed is the smallest", () => {
  expect(changedStretch("abcd", "abXd")).toEqual({ offset: 2, length: 1, text: "X" });
  expect(changedStretch("aa", "aaa")).toEqual({ offset: 2, length: 0, text: "a" });
  expect(changedStretch("same", "same")).toEqual({ offset: 4, length: 0, text: "" });
});
