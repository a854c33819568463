import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipeJsonSchema, placesOf } from "./json-schema";
import { counterpart, otherNames } from "./other-names";
import { parseRecipe } from "./parse";

const page = readFileSync(join(__dirname, "..", "..", "docs", "coming-from-trl.md"), "utf8");

test("docs/coming-from-trl.md holds the table of names", () => {
  const table = otherNames.map(({ names, here }) => `| ${names.map((name) => `\`${name}\``).join(", ")} | ${here} |`);
  const lines = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual(table.map((line) => line.replace(/ +/g, " ")));
});

test("no name of the table is a setting here, and every name in backticks is one", () => {
  for (const { names, here } of otherNames) {
    for (const name of names)
      expect(
        placesOf(name).filter((place) => place !== '"task"'),
        name,
      ).toEqual([]);
    for (const [, setting] of here.matchAll(/`([a-z_]+)`/g)) {
      if (setting === "transformers") continue;
      const known = placesOf(setting!).length > 0 || setting! in (recipeJsonSchema().properties ?? {});
      expect(known || setting === "weight", setting).toBe(true);
    }
  }
});

const messages = (change: object): string[] => {
  const stage = { kind: "reasoning-rl", ...change };
  const text = JSON.stringify({ name: "x", task: { name: "chain-sum" }, stages: [stage] });
  return parseRecipe(text).problems.map(({ message }) => message);
};

test("an unknown setting names its counterpart, or where it belongs, and never lists seventy keys", () => {
  expect(messages({ max_new_tokens: 5 })).toContain(
    'Unknown key "max_new_tokens" in "stages[0]". Here: `max_completion_length`.',
  );
  expect(messages({ prompt_column: "q" })).toContain(
    'Unknown key "prompt_column" in "stages[0]". It is a setting of "task".',
  );
  expect(messages({ zzzzzzzzzz: 5 })).toContain('Unknown key "zzzzzzzzzz" in "stages[0]".');
  expect(counterpart("steps")).toBeNull();
});
