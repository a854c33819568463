/** Runs with a trainer that trains nothing, for tests of what supervises it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { forkRun, resumeRun, startRun, type RunHandle, type RunHandlers, type StartOptions } from "./run";
import type { ForkRequest } from "./fork-plan";
import { projectFolder, testInstallation } from "../processes/installation.testing";

/** A trainer that runs the stages by the recipe's name: `endless`, `crash`, `lingering`, else one step each with a scored group. */
const trainer = `
  import { toTrainerSchema } from "./protocol/trainer";
  import { writeUnder } from "./runs/claim";
  import { openRunWriter } from "./runs/writer";
  import { exampleRollout } from "./runs/example-run";
  const answers = new Map();
  let stopping = false;
  let why = null;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const score = (id, groups) => new Promise((resolve) => { answers.set(id, resolve); process.send({ type: "score", id, groups }); });
  async function train({ runFolder, token }) {
    const held = await writeUnder(token, runFolder, () => process.connected);
    if (held === null) process.exit();
    const run = openRunWriter(runFolder, token);
    const end = (status, message = null, pausedFor = null) => {
      const ending = { message, advice: null, pausedFor, resumeWays: ["as-is"] };
      run.update((record) => ({ ...record, status, ...ending, process: null }));
      run.close();
      process.send({ type: "ended", status, ending }, () => setTimeout(process.exit, run.record.name === "lingering" ? 300 : 0));
    };
    for (const stage of run.record.stages.filter(({ status }) => status !== "completed")) {
      const set = (fields) => run.update((record) => ({ ...record,
        stages: record.stages.map((entry) => (entry.name === stage.name ? { ...entry, ...fields } : entry)) }));
      set({ status: "running" });
      for (let step = stage.step + 1; step <= stage.steps; step++) {
        const group = { prompt: "a1b+1=", completions: ["<think></think><answer>2</answer>", "no"], answer: "2", row: {} };
        const reply = await score(step, [group]);
        if (reply.type === "score-failed") return end("paused", reply.message, "reward");
        const [first] = reply.scored.outcomes.correct[0];
        if (first.kind === "error") return end("paused", first.message, "reward");
        run.appendMetrics({ stage: stage.name, step, time: 0, reward: reply.scored.outcomes.correct[0][0].score, reward_hash: reply.scored.rewardHash });
        run.recordRollouts([exampleRollout({ stage: stage.name, step, completion: group.completions[0], answer: "2" })]);
        run.saveCheckpoint(stage.name, step, { "step.txt": String(step) });
        set({ step });
        process.send({ type: "progress", stage: stage.name, phase: "training", step, steps: stage.steps, secondsLeft: 1, headline: null });
        if (run.record.name === "crash" && stage.step === 0) { console.error("out of luck"); process.exit(9); }
        if (stopping) { set({ status: "stopped" }); return end("stopped", why); }
        if (run.record.name === "endless") await pause(20);
      }
      set({ status: "completed" });
    }
    end("completed");
  }
  process.on("message", (data) => {
    const message = toTrainerSchema.parse(data);
    if (message.type === "start") void train(message);
    else if (message.type === "stop") { stopping = true; why = message.why; }
    else answers.get(message.id)(message);
  });
  process.on("disconnect", () => process.exit());
`;
export const installation = testInstallation(trainer);
export const sample = join(__dirname, "..", "..", "samples", "chain-sum");

/** A project with a recipe of these stages. */
export function project(name: string, stages: readonly object[], rewards = ["correct"]): StartOptions {
  const recipe = {
    name,
    model: {},
    task: { name: "chain-sum" },
    rewards: rewards.map((reward) => ({ function: `rewards/chain-sum.reward.ts#${reward}` })),
    stages,
  };
  const workspaceFolder = projectFolder({
    "recipes/test.lab.json": JSON.stringify(recipe, null, 2),
    "recipes/rewards/chain-sum.reward.ts": readFileSync(join(sample, "rewards", "chain-sum.reward.ts"), "utf8"),
  });
  const recipeFile = join(workspaceFolder, "recipes", "test.lab.json");
  return { workspaceFolder, recipeFile, stage: null, seed: null, installation, nodePath: "", version: "0" };
}

export const two = (steps: number) => [
  { kind: "cold-start", steps },
  { kind: "reasoning-rl", steps },
];

async function cleanedUp(begun: Promise<RunHandle>): Promise<RunHandle> {
  const run = await begun;
  onTestFinished(async () => {
    run.kill();
    await run.ended;
  });
  return run;
}

export const started = (options: StartOptions, handlers?: RunHandlers): Promise<RunHandle> =>
  cleanedUp(startRun(options, handlers));
export const resumed = (folder: string, options: StartOptions): Promise<RunHandle> =>
  cleanedUp(resumeRun(folder, options));
export const forked = (
  request: Partial<ForkRequest> & { readonly folder: string },
  options: StartOptions,
): Promise<RunHandle> =>
  cleanedUp(forkRun({ checkpoint: null, stage: null, recipe: "file", settings: [], ...request }, options));

/** Resolves when the run has done a step. */
export async function startedAndStepped(options: StartOptions): Promise<RunHandle> {
  const step = Promise.withResolvers<undefined>();
  const run = await started(options, { progress: () => step.resolve(undefined) });
  await step.promise;
  return run;
}
