import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testEngine } from "../../engine/engine.testing";
import { loadRewardModel, rewardsOfTexts } from "../../models/reward-model";
import { latestCheckpoint } from "../../runs/checkpoints";
import { workspaceOf } from "../../runs/paths";
import { labelledRewards } from "./labelled-rewards";
import { pairs, recipeOf } from "../recipe.testing";
import { newRun, runStages } from "../run.testing";

testEngine("simd");

test("labelled completions are read under the system message and the turns that the reward model learnt them with", async () => {
  const system = "ab";
  const task = { name: "dataset", train: "train.jsonl", held_out: "held.jsonl", system_prompt: system };
  const of = recipeOf([{ kind: "reward-model", ...pairs, steps: 2, pairs: 0, labels: ["labels.jsonl"] }], {
    task,
    general_task: undefined,
  });
  const folder = newRun(of);
  // The stage reads beside the run here, who labels where the run's record says.
  const write = (name: string, rows: readonly object[]): void => {
    for (const place of [folder, workspaceOf(folder)])
      writeFileSync(join(place, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  };
  const own = [
    { role: "system", content: "ba" },
    { role: "user", content: "2+1=" },
  ] as const;
  write("train.jsonl", [
    { prompt: "1+2=", answer: "3" },
    { prompt: own, answer: "3" },
  ]);
  write(
    "held.jsonl",
    ["a", "b", "aa", "bb"].map((prompt) => ({ prompt, answer: "3" })),
  );
  write(
    "labels.jsonl",
    Array.from({ length: 24 }, (_, index) => ({ prompt: `${index}+2=`, chosen: "3", rejected: "1" })),
  );
  await runStages(folder, { of });
  const checkpoint = latestCheckpoint(folder, "reward-model")!;
  const model = await loadRewardModel(checkpoint);
  const asked = [
    {
      prompt: "1+2=",
      conversation: [
        { role: "system", content: system },
        { role: "user", content: "1+2=" },
      ],
    },
    { prompt: "2+1=", conversation: own },
    { prompt: "other" },
  ] as const;
  const completion = "3";
  const wanted = rewardsOfTexts(
    model,
    asked.map((each) => ({ ...each, completion })),
  );
  const said = await labelledRewards(
    checkpoint,
    asked.map(({ prompt }) => ({ prompt, completion })),
  );
  expect(said).toEqual({ rewards: wanted, unknown: 1 });
  const plain = rewardsOfTexts(
    model,
    asked.map(({ prompt }) => ({ prompt, completion })),
  );
  expect(plain.slice(0, 2)).not.toEqual(wanted.slice(0, 2));
});
