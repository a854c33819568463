import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { readRecord, writeRecord } from "../runs/record";
import { rewardSettings } from "./reward-settings";

const recipeWith = (reward: object) =>
  recipeSchema.parse({
    name: "Sums",
    model: { num_hidden_layers: 1, hidden_size: 16, num_attention_heads: 2, intermediate_size: 24 },
    task: { name: "chain-sum" },
    rewards: [reward],
    stages: [{ kind: "reasoning-rl", steps: 1 }],
  });

test("a reward is tried as a run has it whose recipe is gone", () => {
  const workspace = temporaryFolder("settings");
  const recipe = recipeWith({ function: "./rewards/sum.reward.ts#right", weight: 0.5, prompts: "all" });
  exampleRun(workspace, { recipeFile: "recipes/sums.lab.json", recipe });
  const file = join(workspace, "recipes", "rewards", "sum.reward.ts");
  expect(rewardSettings(workspace, file, "right")).toMatchObject({ function: "sum.reward.ts#right", prompts: "all" });
  expect(rewardSettings(workspace, file, "other")).toMatchObject({ prompts: "reasoning" });
});

test.each([
  ["through a link", { recipeFile: "linked/sums.lab.json", sources: null }, "../rewards/sum.reward.ts#right"],
  [
    "as that of a run with --output",
    { recipeFile: "sums.lab.json", sources: "/elsewhere" },
    "rewards/sum.reward.ts#right",
  ],
])("a run has no say whose recipe lies outside of the workspace, %s", (_, place, reference) => {
  const [workspace, elsewhere] = [temporaryFolder("settings"), temporaryFolder("elsewhere")];
  mkdirSync(join(workspace, "rewards"));
  symlinkSync(elsewhere, join(workspace, "linked"), "junction");
  const folder = exampleRun(workspace, { recipe: recipeWith({ function: reference, prompts: "all" }) });
  writeRecord(folder, { ...readRecord(folder), ...place });
  const file = join(workspace, "rewards", "sum.reward.ts");
  expect(rewardSettings(workspace, file, "right")).toMatchObject({ prompts: "reasoning" });
});
