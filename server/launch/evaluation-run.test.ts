/** Evaluations of checkpoints as runs of their own: which recipe and which prompts they take. */
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readRecord } from "../runs/record";
import { evaluateCheckpoint } from "./evaluate-checkpoint";
import type { StartOptions } from "./run";
import { project, started, two } from "./runs.testing";

interface Finished {
  readonly options: StartOptions;
  readonly folder: string;
}

async function finished(options: StartOptions): Promise<Finished> {
  const run = await started(options);
  expect(await run.ended).toMatchObject({ status: "completed" });
  return { options, folder: run.folder };
}

/** The folder of the evaluation, once it has ended. */
async function evaluated({ options, folder }: Finished): Promise<string> {
  const run = await evaluateCheckpoint({ folder, checkpoint: "cold-start-2", samples: 3 }, options);
  expect(await run.ended).toMatchObject({ status: "completed" });
  return run.folder;
}

/** A finished run on a data set whose held-out prompts stand in a file. */
async function onFiles(): Promise<Finished> {
  const options = project("files", two(2));
  const recipe = JSON.parse(readFileSync(options.recipeFile, "utf8")) as object;
  const task = { name: "dataset", train: "train.jsonl", held_out: "held-out.jsonl", completion_column: "answer" };
  writeFileSync(options.recipeFile, JSON.stringify({ ...recipe, task }));
  for (const [file, prompt] of [
    ["train.jsonl", "1+1="],
    ["held-out.jsonl", "1+2="],
  ] as const)
    writeFileSync(beside(options, file), `${JSON.stringify({ prompt, answer: "2" })}\n`);
  return finished(options);
}

const beside = ({ recipeFile }: StartOptions, file: string): string => join(dirname(recipeFile), file);

test("a checkpoint is evaluated with the recipe of its run, whatever became of the file", async () => {
  const trained = await finished(project("plain", two(2)));
  const { recipeFile } = trained.options;
  const becomes = [
    () => writeFileSync(recipeFile, "{ half a recipe"),
    () => writeFileSync(recipeFile, JSON.stringify({ name: "another" })),
    () => rmSync(recipeFile),
  ];
  for (const become of becomes) {
    become();
    const record = readRecord(await evaluated(trained));
    expect(record.recipe).toMatchObject({ name: "plain · cold-start-2", stages: [{}, {}, { samples: 3 }] });
    expect(record.stages).toMatchObject([
      { name: "evaluation", from: expect.stringMatching(/\/cold-start-2$/) as unknown },
    ]);
    // Of what is run, not of what lies there.
    expect(record.hashes.recipe).toBe(createHash("sha256").update(JSON.stringify(record.recipe)).digest("hex"));
  }
});

test("held-out prompts that are not those of the training are refused, with the file", async () => {
  const trained = await onFiles();
  const { options } = trained;
  await evaluated(trained);
  // A prompt that was trained on goes to the other side.
  appendFileSync(beside(options, "held-out.jsonl"), readFileSync(beside(options, "train.jsonl")));
  await expect(evaluated(trained)).rejects.toThrow(/^held-out\.jsonl was edited .*may count as held out/);
  rmSync(beside(options, "held-out.jsonl"));
  await expect(evaluated(trained)).rejects.toThrow(/^held-out\.jsonl no longer exists/);
});

test("a change of files that only training reads says nothing of an evaluation", async () => {
  const options = project("labels", [...two(2), { kind: "dpo", labels: ["labels.jsonl"], pairs: 0, steps: 1 }]);
  const trained = await finished(options);
  writeFileSync(beside(options, "labels.jsonl"), "");
  await evaluated(trained);
});
