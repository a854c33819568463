import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { sourceLines } from "../protocol/lineage";
import type { RunRecord } from "../protocol/run";
import { listCheckpoints } from "../runs/checkpoints";
import { readRun } from "../runs/list-runs";
import { keptFile, keptVersions } from "../runs/kept-rewards";
import { readMetrics } from "../runs/metrics";
import { createTasks } from "../tasks/create-tasks";
import { heldOutRows } from "../tasks/splits";
import { readRecipe } from "./read-recipe";
import { planFork, type ForkRequest } from "./fork-plan";
import { changeText } from "../recipes/recipe-changes";
import { resumeNotice, resumeRun, startRun, type StartOptions } from "./run";
import { forked, project, resumed, started, startedAndStepped, two } from "./runs.testing";

const three = [...two(2), { kind: "dpo", labels: ["labels.jsonl"], pairs: 0, steps: 2 }];
const recordOf = (folder: string): RunRecord => readRun(folder).record!;

/** A project with a run that has ended. */
async function finished(stages: readonly object[] = three): Promise<{ options: StartOptions; folder: string }> {
  const options = project("plain", stages);
  const run = await started(options);
  expect(await run.ended).toMatchObject({ status: "completed" });
  return { options, folder: run.folder };
}
const plan = (request: Partial<ForkRequest> & { readonly folder: string }): ReturnType<typeof planFork> =>
  planFork({ checkpoint: null, stage: null, recipe: "file", settings: [], ...request });
const names = ({ stages }: ReturnType<typeof planFork>): string[] => stages.map(({ name }) => name);

test("a fork of a stage's last checkpoint runs what comes after it, and says where it is from", async () => {
  const { options, folder } = await finished();
  const request = { folder, checkpoint: "reasoning-rl-2", settings: [{ path: "dpo.learning_rate", text: "0.5" }] };
  expect(plan(request).changes.map(changeText)).toEqual([expect.stringMatching(/^dpo\.learning_rate: .* → 0\.5$/)]);
  const fork = await forked(request, options);
  expect(await fork.ended).toMatchObject({ status: "completed" });
  expect(fork.folder).not.toBe(folder);
  const record = recordOf(fork.folder);
  expect(record.parent).toEqual({
    run: basename(folder),
    checkpoint: "reasoning-rl-2",
    changes: [expect.stringMatching(/^dpo\.learning_rate: .* → 0\.5$/)],
  });
  expect(record.stages).toMatchObject([
    { name: "dpo", from: null, sources: { "reasoning-rl": expect.stringMatching(/\/reasoning-rl-2$/) as unknown } },
  ]);
  expect(record.recipe).toMatchObject({ stages: [{}, {}, { learning_rate: 0.5 }] });
});

test("a fork in the middle of a stage goes on with its checkpoint and curve", async () => {
  const { options, folder } = await finished();
  const request = { folder, checkpoint: "reasoning-rl-1" };
  expect(names(plan(request))).toEqual(["reasoning-rl", "dpo"]);
  const fork = await forked(request, options);
  await fork.ended;
  const steps = readMetrics(fork.folder, 0).rows.map(({ stage, step }) => `${stage} ${step}`);
  expect(steps).toEqual(["reasoning-rl 1", "reasoning-rl 2", "dpo 1", "dpo 2"]);
  expect(listCheckpoints(fork.folder).map(({ name }) => name)).toContain("reasoning-rl-1");
  // What it starts from is the parent's, whose files stay where they are.
  expect(recordOf(fork.folder).stages[0]!.sources).toMatchObject({
    "cold-start": expect.stringMatching(/cold-start-2$/) as unknown,
  });
});

test("a fork takes the versions of its rewards along, and counts on behind them", async () => {
  const { options, folder } = await finished();
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  writeFileSync(reward, "export const correct = () => 0.25;");
  const fork = await forked({ folder, checkpoint: "reasoning-rl-1" }, options);
  await fork.ended;
  const { versions } = keptVersions(fork.folder);
  expect(versions.map(({ number, files }) => [number, keptFile(fork.folder, files[0]!.hash).length > 50])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(versions.map(({ hash }) => hash)).toEqual(
    readMetrics(fork.folder, 0).rows.flatMap(({ stage, reward_hash }) =>
      stage === "reasoning-rl" && reward_hash !== undefined ? [reward_hash] : [],
    ),
  );
});

test("a finished stage goes on when it is given more steps", async () => {
  const { options, folder } = await finished(two(2));
  expect(() => plan({ folder })).toThrow(/end of the recipe: raise reasoning-rl\.steps/);
  const fork = await forked({ folder, settings: [{ path: "reasoning-rl.steps", text: "4" }] }, options);
  await fork.ended;
  expect(recordOf(fork.folder).stages).toMatchObject([{ name: "reasoning-rl", step: 4, status: "completed" }]);
});

test("one stage runs from any checkpoint", async () => {
  const { options, folder } = await finished();
  const fork = await forked({ folder, checkpoint: "cold-start-1", stage: "dpo" }, options);
  await fork.ended;
  expect(recordOf(fork.folder).stages).toMatchObject([
    { name: "dpo", from: expect.stringMatching(/\/checkpoints\/cold-start-1$/) as unknown, step: 2 },
  ]);
});

test("a fork takes the recipe as it is on disk, or as the run had it", async () => {
  const { options, folder } = await finished(two(2));
  const text = readFileSync(options.recipeFile, "utf8");
  writeFileSync(options.recipeFile, text.replace('"model": {}', '"model": {}, "evaluation": { "samples": 3 }'));
  const request = { folder, checkpoint: "cold-start-2" };
  expect(plan(request).changes.map(changeText)).toEqual([expect.stringMatching(/^evaluation\.samples: \d+ → 3$/)]);
  expect(plan({ ...request, recipe: "run" }).changes).toEqual([]);
  writeFileSync(options.recipeFile, "{");
  expect(() => plan(request)).toThrow(/test\.lab\.json:1/);
  expect(names(plan({ ...request, recipe: "run" }))).toEqual(["reasoning-rl"]);
});

test("a fork may take another recipe of the workspace", async () => {
  const { options, folder } = await finished(two(2));
  const recipeFile = join(options.workspaceFolder, "recipes", "other.lab.json");
  writeFileSync(recipeFile, readFileSync(options.recipeFile, "utf8").replace('"name": "plain"', '"name": "other"'));
  const fork = await forked({ folder, checkpoint: "cold-start-2", recipeFile }, options);
  expect(await fork.ended).toMatchObject({ status: "completed" });
  expect(recordOf(fork.folder)).toMatchObject({ name: "other", recipeFile: "recipes/other.lab.json" });
  expect(recordOf(fork.folder).parent?.changes).toEqual(['name: "plain" → "other"']);
});

test("a stage by itself builds on the newest finished checkpoints of all that it needs, of whichever run", async () => {
  const model = { kind: "reward-model", name: "safe", labels: ["labels.jsonl"], steps: 2 };
  const preference = { kind: "preference-rl", reward_models: [{ stage: "safe" }], general_share: 0, steps: 2 };
  const options = project("plain", [...two(2), model, preference]);
  const alone = async (stage: string): Promise<string> => {
    const run = await started({ ...options, stage });
    expect(await run.ended).toMatchObject({ status: "completed" });
    return basename(run.folder);
  };
  const start = startRun({ ...options, stage: "preference-rl" });
  await expect(start).rejects.toThrow(
    /builds on "reasoning-rl" and "safe", and no run .* Run "reasoning-rl" and "safe" first/,
  );
  await alone("cold-start");
  await alone("reasoning-rl");
  const rl = await alone("reasoning-rl");
  await expect(startRun({ ...options, stage: "preference-rl" })).rejects.toThrow(/builds on "safe".* Run "safe" first/);
  const safe = await alone("safe");
  const run = await alone("preference-rl");
  const record = recordOf(join(options.workspaceFolder, ".reasoning-lab", "runs", run));
  expect(sourceLines(record)).toEqual([`preference-rl builds on reasoning-rl-2 of ${rl}, safe-2 of ${safe}.`]);
});

test("what cannot be forked is said", async () => {
  const { folder } = await finished();
  expect(() => plan({ folder, checkpoint: "none-1" })).toThrow(/no checkpoint "none-1"\. It has: dpo-2/);
  expect(() => plan({ folder, stage: "none" })).toThrow(/no stage "none"/);
  expect(() => plan({ folder, settings: [{ path: "dpo.beat", text: "1" }] })).toThrow(/Did you mean dpo\.beta/);
  const fewer = { folder, checkpoint: "reasoning-rl-1", settings: [{ path: "reasoning-rl.steps", text: "1" }] };
  const idle = {
    folder,
    checkpoint: "reasoning-rl-2",
    settings: [{ path: "reasoning-rl.learning_rate", text: "0.5" }],
  };
  expect(() => plan(idle)).toThrow(
    /learning_rate would have no effect, because the fork does not run reasoning-rl\. It runs /,
  );
  expect(() =>
    plan({ ...idle, settings: [...idle.settings, { path: "reasoning-rl.steps", text: "9" }] }),
  ).not.toThrow();
  expect(() => plan(fewer)).toThrow(/has 1 steps in this recipe, and the checkpoint is at step 1/);
  const other = { folder, checkpoint: "reasoning-rl-1", settings: [{ path: "model.hidden_size", text: "32" }] };
  expect(() => plan(other)).toThrow(
    /^model\.hidden_size: 96 → 32: the fork continues with the model of its checkpoint/,
  );
});

test("a fork may begin with another model where a stage of it takes the recipe's", async () => {
  const { folder } = await finished([...two(1), { kind: "rejection-sampling", steps: 1 }]);
  const settings = [{ path: "model.hidden_size", text: "32" }];
  expect(names(plan({ folder, checkpoint: "reasoning-rl-1", settings }))).toEqual(["rejection-sampling"]);
});

/** A project on a data set that trains on `One?` and `Two?` and holds out `Three?`; `file` writes another file of prompts. */
function dataProject() {
  const options = project("data", two(1));
  const written = JSON.parse(readFileSync(options.recipeFile, "utf8")) as object;
  const file = (name: string, prompts: readonly string[]): void =>
    writeFileSync(
      join(options.workspaceFolder, "recipes", name),
      prompts.map((prompt) => `${JSON.stringify({ prompt, answer: "2" })}\n`).join(""),
    );
  const task = { name: "dataset", train: "train.jsonl", held_out: "held.jsonl", completion_column: "answer" };
  writeFileSync(options.recipeFile, JSON.stringify({ ...written, task }));
  file("train.jsonl", ["One?", "Two?"]);
  file("held.jsonl", ["Three?"]);
  return { options, file };
}

test("a fork does not hold out what its run trained on", async () => {
  const { options, file } = dataProject();
  file("new.jsonl", ["one ?", "Four?"]);
  file("newer.jsonl", ["Five?"]);
  const run = await started(options);
  await run.ended;
  const holdingOut = (name: string) =>
    plan({ folder: run.folder, checkpoint: "cold-start-1", settings: [{ path: "task.held_out", text: name }] });
  expect(names(holdingOut("held.jsonl"))).toEqual(["reasoning-rl"]);
  expect(names(holdingOut("newer.jsonl"))).toEqual(["reasoning-rl"]);
  expect(() => holdingOut("new.jsonl")).toThrow(
    /would hold out a prompt that the run was trained on, .*"One\?" \(.*train\.jsonl:1\)/,
  );
  // More to train on is no leak; other prompts held out of it may be one, which nothing tells.
  file("train.jsonl", ["One?", "Two?", "Six?"]);
  expect(names(holdingOut("held.jsonl"))).toEqual(["reasoning-rl"]);
  expect(() => holdingOut("newer.jsonl")).toThrow(/^train\.jsonl has changed since the run began/);
});

test("a fork does not hold out rows of files that its run trained on, nor such of the runs that it goes back to", async () => {
  const [cold, rl] = two(1);
  const options = project("files", [{ ...cold, examples_file: "examples.jsonl" }, rl!]);
  const examples = join(dirname(options.recipeFile), "examples.jsonl");
  writeFileSync(examples, "");
  const { recipe } = readRecipe(options.recipeFile);
  const { task } = createTasks(recipe, dirname(options.recipeFile));
  const most = recipe.evaluation.prompts;
  const later = heldOutRows(task, 0, most + 40).at(-1)!.prompt;
  const write = (prompts: readonly string[]): void =>
    writeFileSync(examples, prompts.map((prompt) => `${JSON.stringify({ prompt, completion: "2" })}\n`).join(""));
  const ofSeed5 = heldOutRows(task, 5, 1)[0]!.prompt;
  write(["One?", later, ofSeed5]);
  const run = await started(options);
  await run.ended;
  const asking = (prompts: number, folder = run.folder, checkpoint = "cold-start-1") =>
    plan({ folder, checkpoint, settings: [{ path: "evaluation.prompts", text: String(prompts) }] });
  expect(names(asking(most))).toEqual(["reasoning-rl"]);
  expect(names(asking(most + 39))).toEqual(["reasoning-rl"]);
  const refused = /would hold out a prompt that the run was trained on, the first .*\(.*examples\.jsonl:2\)/;
  expect(() => asking(most + 40)).toThrow(refused);
  const seeded = [{ path: "seed", text: "5" }];
  expect(() => plan({ folder: run.folder, checkpoint: "cold-start-1", settings: seeded })).toThrow(/jsonl:3\)/);
  const fork = await forked({ folder: run.folder, checkpoint: "cold-start-1", settings: [] }, options);
  await fork.ended;
  expect(() => asking(most + 40, fork.folder, "reasoning-rl-1")).toThrow(refused);
  write(["One?"]);
  expect(names(asking(most))).toEqual(["reasoning-rl"]);
  expect(() => asking(most + 40)).toThrow(/^examples\.jsonl has changed since the run began/);
});

test("a fork does not hold out pairs that its run trained on", async () => {
  const [cold, rl] = two(1);
  const options = project("pairs", [cold!, { kind: "dpo", labels: ["rows.jsonl"], pairs: 0, steps: 1 }, rl!]);
  const { recipe } = readRecipe(options.recipeFile);
  const most = recipe.evaluation.prompts;
  const { task } = createTasks(recipe, dirname(options.recipeFile));
  const prompt = heldOutRows(task, 0, most + 5).at(-1)!.prompt;
  writeFileSync(
    join(dirname(options.recipeFile), "rows.jsonl"),
    `${JSON.stringify({ prompt, chosen: "2", rejected: "3" })}\n`,
  );
  const run = await started(options);
  await run.ended;
  const settings = [{ path: "evaluation.prompts", text: String(most + 5) }];
  expect(() => plan({ folder: run.folder, checkpoint: "dpo-1", settings })).toThrow(/rows\.jsonl:1\)/);
  // Weights from before the pairs know none of them.
  expect(names(plan({ folder: run.folder, checkpoint: "cold-start-1", stage: "reasoning-rl", settings }))).toEqual([
    "reasoning-rl",
  ]);
});

test("a file of held-out rows that was edited refuses only what the run may have trained on", async () => {
  const { options, file } = dataProject();
  const run = await started(options);
  await run.ended;
  const planned = () => plan({ folder: run.folder, checkpoint: "cold-start-1" });
  file("held.jsonl", ["Three?", "Four?"]);
  expect(names(planned())).toEqual(["reasoning-rl"]);
  file("held.jsonl", ["Three?", "Two?"]);
  expect(planned).toThrow(/would hold out a prompt that the run was trained on, .*"Two\?"/);
});

/** A run that was stopped in its last stage. */
async function stopped(): Promise<{ options: StartOptions; folder: string }> {
  const options = project("endless", [{ kind: "dpo", labels: ["labels.jsonl"], pairs: 0, steps: 10_000 }]);
  const run = await startedAndStepped(options);
  run.stop();
  await run.ended;
  return { options, folder: run.folder };
}

const accepted = { acceptChanges: true };

test("a run is not resumed with an edited reward unless that is accepted, which its record tells", async () => {
  const { options, folder } = await stopped();
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  appendFileSync(reward, "\nconsole.log('It runs.');\n");
  const change = "Reward edited: correct in rewards/chain-sum.reward.ts.";
  const said: string[] = [];
  const log = (_: string, text: string): void => void said.push(text);
  await expect(resumeRun(folder, options, { log })).rejects.toMatchObject({ changes: [change] });
  // What is asked about has not run yet.
  expect(said.join("\n")).not.toContain("It runs.");
  expect(recordOf(folder).status).toBe("stopped");
  const run = await resumed(folder, { ...options, ...accepted });
  run.stop();
  await run.ended;
  expect(recordOf(folder).accepted).toMatchObject([{ changes: [change] }]);
  // What was accepted is not asked again.
  const again = await resumed(folder, options);
  again.stop();
  await again.ended;
});

test("an edited recipe changes nothing of a run that is resumed, which is said", async () => {
  const { options, folder } = await stopped();
  const text = readFileSync(options.recipeFile, "utf8");
  expect(resumeNotice(folder)).toBeNull();
  writeFileSync(options.recipeFile, `// A note.\n${text}`);
  expect(resumeNotice(folder)).toBeNull();
  writeFileSync(options.recipeFile, text.replace('"steps": 10000', '"steps": 20000'));
  expect(resumeNotice(folder)).toMatch(
    /test\.lab\.json was edited since the run began\. .* with its own recipe.* fork the run/,
  );
  const run = await resumed(folder, options);
  run.stop();
  await run.ended;
  expect(recordOf(folder).stages[0]!.steps).toBe(10_000);
});

test("a run is not resumed with other data, nor by another version, unless that is accepted", async () => {
  const { options, folder } = await stopped();
  writeFileSync(join(options.workspaceFolder, "recipes", "labels.jsonl"), "{}\n");
  await expect(resumed(folder, { ...options, version: "1" })).rejects.toMatchObject({
    changes: ["Data file new: labels.jsonl.", "Another version: the run began with Reasoning Lab 0, and this is 1."],
  });
});
