/** The trainer process: starts the engine, runs the stages of one run, and speaks with the supervisor. */
import "./shared/no-debugger";
import { writeFileSync } from "node:fs";
import { constants, hostname, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { startEngine } from "./engine/start-engine";
import { asked, beside, memoryProblem, trained } from "./models/model-size";
import { toTrainerSchema } from "./protocol/trainer";
import type { FromTrainer, ToTrainer } from "./protocol/trainer";
import { endingOf, endingText, type RunEnding, type RunRecord } from "./protocol/run";
import { trains } from "./protocol/stage-kinds";
import { recipeSchema } from "./recipes/schema";
import { readMessage } from "./shared/read-message";
import { recipeFileOf } from "./runs/paths";
import { engineChange } from "./runs/engine-change";
import { writeUnder } from "./runs/claim";
import { FileLost } from "./runs/held-file";
import { damagedMetrics } from "./runs/metrics";
import { openRunWriter } from "./runs/writer";
import type { RunWriter } from "./runs/writer";
import { RewardsFailed, RunPaused } from "./stages/context";
import type { StageContext } from "./stages/context";
import { labelledRewards } from "./stages/rl/labelled-rewards";
import { runPipeline } from "./stages/pipeline";
import { parametersOf } from "./stages/parameters";
import { createTasks } from "./tasks/create-tasks";
import { isInternal, stackOf, toldOf, UserError } from "./shared/user-error";

type Start = Extract<ToTrainer, { type: "start" }>;
type Answer = Extract<ToTrainer, { type: "scored" | "tests-run" }>;
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** What it means that the supervisor could not do it. */
  readonly failed: (message: string) => RunPaused;
}

const rewardsFailed = (message: string): RunPaused => new RewardsFailed(message, { advice: null });
const waiting = new Map<number, Waiting>();
let nextQuestion = 1;
let stopping = false;
/** Why it is asked to stop, for people; null: they asked for it. */
let stoppedFor: string | null = null;
/** What was lost by that. */
const lost: string[] = [];
/** The supervisor is gone. */
let orphaned = false;

function send(message: FromTrainer): void {
  // A supervisor that is just gone cannot be told; without a callback that would end this process before its checkpoint.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** What the editor, its language server and the rewards have to do comes first. With nothing else to do, training is as fast as ever. */
function giveWay(): void {
  const level = constants.priority.PRIORITY_BELOW_NORMAL;
  try {
    setPriority(level);
    // Linux weighs sessions before the processes in them, and a run that goes on without its window has one of its own.
    if (process.platform === "linux") writeFileSync("/proc/self/autogroup", String(level));
  } catch {
    // A system that does not let it, or has no such groups.
  }
}

process.on("message", (data) => {
  const message = readMessage(toTrainerSchema, data);
  if (message === null) {
    send({ type: "log", level: "error", text: "The supervisor sent a message that is not understood." });
    return;
  }
  switch (message.type) {
    case "start":
      // Before the engine's threads begin, which take it over.
      if (message.givesWay === true) giveWay();
      void train(message);
      break;
    case "stop":
      stopping = true;
      stoppedFor = message.why;
      break;
    case "score-texts":
      void scoreTexts(message);
      break;
    case "scored":
    case "tests-run":
    case "score-failed": {
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === "score-failed") request?.reject(request.failed(message.message));
      else request?.resolve(message);
      break;
    }
  }
});

// Ctrl-C in a terminal reaches every process there: the supervisor decides what it means.
process.on("SIGINT", () => undefined);
// Who ends this process alone, or closes the terminal, gets a checkpoint too.
for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopping = true;
  });
}

const supervisorGone = "The process that supervised this run is gone. Resume goes on from the last checkpoint.";

// Without its supervisor the trainer can neither score nor be stopped: it saves a checkpoint and ends.
process.on("disconnect", () => {
  stopping = true;
  orphaned = true;
  for (const request of waiting.values()) {
    request.reject(new RunPaused(supervisorGone));
  }
  waiting.clear();
});

async function train({ runFolder, token, ...start }: Start): Promise<void> {
  // Whoever has lost its supervisor before it began leaves the run to the next one.
  const wanted = (): boolean => process.connected && !orphaned;
  const { workspaceFolder, sources, tensorflow, skipBatch, acceptChanges } = start;
  let run: RunWriter | null = null;
  let ended: Extract<FromTrainer, { type: "ended" }>;
  try {
    if ((await writeUnder(token, runFolder, wanted)) === null) process.exit();
    run = openRunWriter(runFolder, token);
    const damaged = damagedMetrics(runFolder);
    if (damaged !== null) send({ type: "log", level: "warn", text: damaged });
    const recipe = recipeSchema.parse(run.record.recipe);
    const recipeFolder = dirname(recipeFileOf(runFolder, run.record, sources));
    const parameters = await parametersOf(recipe, recipeFolder);
    const engine = await startEngine(
      recipe.engine,
      { kernels: join(__dirname, "kernels.wasm"), tensorflow },
      parameters,
    );
    if (!wanted()) process.exit();
    send({ type: "log", level: "info", text: `Engine ${engine.name}: ${engine.reason}` });
    const change = engineChange(run.record, engine);
    // Numbers of two engines differ in their last digits, and then in everything that is drawn by them.
    if (change !== null && !acceptChanges)
      throw new RunPaused(
        `${change} Its numbers differ in their last digits, so the run would not be bit for bit the one it was.`,
        { advice: "Resume and accept the change, or fork the run.", resumeWays: ["accept-changes"] },
      );
    run.update((record) => ({
      ...record,
      ...(change === null
        ? {}
        : { accepted: [...record.accepted, { time: new Date().toISOString(), changes: [change] }] }),
      engine,
      status: "running",
      ...endingOf(null),
      process: { pid: process.pid, host: hostname(), token },
    }));
    const training = run.record.stages.some((stage) => trains(stage) && stage.status !== "completed");
    // Of a GPU's memory nothing is known here.
    const lora = "checkpoint" in recipe.model && recipe.model.lora !== undefined;
    const onGpu = engine.name === "tensorflow" && tensorflow?.device === "gpu";
    const tooLarge = memoryProblem(
      "The recipe's model",
      parameters,
      !training || onGpu ? asked : lora ? beside : trained,
    );
    if (tooLarge !== null) throw new UserError(tooLarge);
    const end = await runPipeline(
      { ...stageContext(recipe, recipeFolder, run), skipBatch },
      { workspaceFolder, recipeFolder },
    );
    run.check();
    ended = {
      type: "ended",
      status: end,
      ending: endingOf(
        end === "stopped"
          ? [stoppedFor ?? "The run stopped with a checkpoint. Resume continues from it.", ...lost].join(" ")
          : null,
      ),
    };
  } catch (error) {
    // Where people can do something about it, the message is all there is to say, and the end of the run says it.
    const message = toldOf(error, "The log of the run has its stack.");
    const paused = error instanceof RunPaused || error instanceof FileLost;
    if (isInternal(error)) send({ type: "log", level: "error", text: stackOf(error) });
    ended = {
      type: "ended",
      status: paused ? "paused" : "failed",
      ending: error instanceof RunPaused ? error.ending : endingOf(message),
    };
  }
  const how = ended;
  try {
    run?.end((record) =>
      orphaned && how.status !== "completed"
        ? endRecord(record, "interrupted", endingOf(how.status === "stopped" ? supervisorGone : endingText(how.ending)))
        : endRecord(record, how.status, how.ending),
    );
    run?.close();
  } catch (error) {
    // The disk may be full: the supervisor still learns how the run ended. Of a folder that is gone, that says all.
    if (!(error instanceof FileLost))
      send({ type: "log", level: "error", text: `The end of the run could not be recorded: ${String(error)}` });
  }
  send(ended);
  if (process.connected) process.disconnect();
}

/** Asks the supervisor. Rejects with what `failed` makes of its message when it cannot answer, and with {@link RunPaused} when it is gone. */
function ask(question: (id: number) => FromTrainer, failed: Waiting["failed"]): Promise<Answer> {
  return new Promise((resolveAnswer, reject) => {
    const id = nextQuestion++;
    waiting.set(id, { resolve: resolveAnswer, reject, failed });
    send(question(id));
    if (!process.connected) reject(new RunPaused(supervisorGone));
  });
}

/** What a reward model says of texts, for who labels preferences: no run is written. */
async function scoreTexts({ checkpoint, texts }: Extract<ToTrainer, { type: "score-texts" }>): Promise<void> {
  try {
    await startEngine("simd", { kernels: join(__dirname, "kernels.wasm"), tensorflow: null }, 0);
    const { rewards, unknown } = await labelledRewards(checkpoint, texts);
    send({ type: "rewards", rewards: [...rewards], unknown });
    send({ type: "ended", status: "completed", ending: endingOf(null) });
  } catch (error) {
    if (isInternal(error)) send({ type: "log", level: "error", text: stackOf(error) });
    const message = toldOf(error, "The log has its stack.");
    send({ type: "ended", status: "failed", ending: endingOf(message) });
  }
  if (process.connected) process.disconnect();
}

const endRecord = (record: RunRecord, status: RunRecord["status"], ending: RunEnding): RunRecord => ({
  ...record,
  status,
  ...ending,
  process: null,
  stages: record.stages.map((stage) =>
    stage.status === "running" ? { ...stage, status: status === "failed" ? "failed" : "stopped" } : stage,
  ),
});

function stageContext(
  recipe: StageContext["recipe"],
  recipeFolder: string,
  run: RunWriter,
): Omit<StageContext, "skipBatch"> {
  return {
    recipe,
    ...createTasks(recipe, recipeFolder),
    run,
    checkpointThread: join(__dirname, "checkpoint-thread.js"),
    recipeFolder,
    tell: () => undefined,
    remark: (_, text) => send({ type: "log", level: "warn", text }),
    async score(groups) {
      const answer = await ask((id) => ({ type: "score", id, groups: [...groups] }), rewardsFailed);
      if (answer.type !== "scored") throw new Error("The supervisor answered another question than it was asked.");
      return answer.scored;
    },
    async passTests(language, programs) {
      const answer = await ask(
        (id) => ({ type: "run-tests", id, language, programs: [...programs] }),
        (message) => new RunPaused(message),
      );
      if (answer.type !== "tests-run") throw new Error("The supervisor answered another question than it was asked.");
      return answer.passed;
    },
    lost: (sentence) => void lost.push(sentence),
    progress: (progress) => send({ type: "progress", ...progress }),
    stopRequested: () => new Promise((answer) => setImmediate(() => answer(stopping))),
  };
}
