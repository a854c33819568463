import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../health/rules";
import { usualThresholds } from "../health/thresholds";
import { recipeJsonSchema } from "../recipes/json-schema";
import { exampleRun } from "./example-run";
import { metricsPath } from "./paths";
import { openHealth, readHealth } from "./read-health";

const lines = (steps: number, more: object): string =>
  Array.from(
    { length: steps },
    (_, index) => `${JSON.stringify({ stage: "rl", step: index + 1, time: 0, ...more })}\n`,
  ).join("");

test("notes follow what a run writes, and begin anew where its file does", () => {
  const folder = exampleRun();
  const path = metricsPath(folder);
  expect(readHealth(folder, {})).toEqual([]);
  writeFileSync(path, lines(19, { learning_rate: 0 }));
  const reader = openHealth(folder);
  const notes = (): string[] => {
    while (reader.read(100));
    return reader.notes({}, usualThresholds).map(({ id }) => id);
  };
  expect(notes()).toEqual([]);
  appendFileSync(path, `${JSON.stringify({ stage: "rl", step: 20, time: 0, learning_rate: 0 })}\n`);
  expect(notes()).toEqual(["dead-learning"]);
  expect(readHealth(folder, {}).map(({ id }) => id)).toEqual(["dead-learning"]);
  truncateSync(path, 0);
  appendFileSync(path, lines(3, { learning_rate: 0 }));
  expect(notes()).toEqual([]);
});

test("the weights of the recipe say whether the parts of a reward add up to it", () => {
  const folder = exampleRun();
  const rewards = [
    { function: "a.reward.ts#right", weight: 1 },
    { function: "a.reward.ts#neat", weight: 0.1 },
  ];
  writeFileSync(
    metricsPath(folder),
    Array.from({ length: 60 }, (_, index) => {
      const neat = index / 10;
      const row = { reward: 0.5 + 0.1 * neat, "rewards/right/mean": 0.5, "rewards/neat/mean": neat };
      const evaluation = index % 20 === 0 ? { "eval/pass@1": 0.5, "eval/prompts": 64 } : {};
      return `${JSON.stringify({ stage: "rl", step: index + 1, time: 0, ...row, ...evaluation })}\n`;
    }).join(""),
  );
  expect(readHealth(folder, { rewards }).map(({ text }) => text)).toEqual([
    "Of the reward's gain of 0.4, neat made 100 %, while held-out pass@1 went from 0.5 to 0.5.",
  ]);
  expect(readHealth(folder, {})).toEqual([]);
});

test("every setting that a rule names is one of the recipe", () => {
  const schema = JSON.stringify(recipeJsonSchema());
  for (const setting of new Set(rules.flatMap(({ settings }) => settings))) expect(schema).toContain(`"${setting}":`);
});
