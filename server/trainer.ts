/** The trainer process: starts the engine, runs the stages of one run, and speaks with the supervisor. */
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { startEngine } from "./engine/start-engine";
import { toTrainerSchema } from "./protocol/trainer";
import type { FromTrainer, ToTrainer } from "./protocol/trainer";
import { acceptAdvice, type RunRecord } from "./protocol/run";
import { recipeSchema } from "./recipes/schema";
import { readMessage } from "./shared/read-message";
import { recipeFileOf } from "./runs/paths";
import { engineChange } from "./runs/engine-change";
import { writeUnder } from "./runs/claim";
import { openRunWriter } from "./runs/writer";
import type { RunWriter } from "./runs/writer";
import { isInternal } from "./shared/internal-error";
import { RewardsFailed, RunPaused } from "./stages/context";
import type { StageContext } from "./stages/context";
import { labelledRewards } from "./stages/labelled-rewards";
import { runPipeline } from "./stages/pipeline";
import { parametersOf } from "./stages/parameters";
import { createTasks } from "./tasks/create-tasks";

type Start = Extract<ToTrainer, { type: "start" }>;
type Answer = Extract<ToTrainer, { type: "scored" | "judged" }>;
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** What it means that the supervisor could not do it. */
  readonly failed: (message: string) => RunPaused;
}

const rewardsFailed = (message: string): RunPaused => new RewardsFailed(message);
const waiting = new Map<number, Waiting>();
let nextQuestion = 1;
let stopping = false;
/** Why it is asked to stop, for people; null: they asked for it. */
let stoppedFor: string | null = null;
/** The supervisor is gone. */
let orphaned = false;

function send(message: FromTrainer): void {
  // A supervisor that is just gone cannot be told; without a callback that would end this process before its checkpoint.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

process.on("message", (data) => {
  const message = readMessage(toTrainerSchema, data);
  if (message === null) {
    send({ type: "log", level: "error", text: "The supervisor sent a message that is not understood." });
    return;
  }
  switch (message.type) {
    case "start":
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
    case "judged":
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
  const held = await writeUnder(token, runFolder, wanted);
  if (held === null) process.exit();
  const { workspaceFolder, sources, tensorflow, skipBatch, acceptChanges } = start;
  let run: RunWriter | null = null;
  let ended: Extract<FromTrainer, { type: "ended" }>;
  try {
    run = openRunWriter(runFolder, token);
    const recipe = recipeSchema.parse(run.record.recipe);
    const recipeFolder = dirname(recipeFileOf(runFolder, run.record, sources));
    const engine = await startEngine(
      recipe.engine,
      { kernels: join(__dirname, "kernels.wasm"), tensorflow },
      parametersOf(recipe, { workspaceFolder, recipeFolder }),
    );
    if (!wanted()) process.exit();
    send({ type: "log", level: "info", text: `Engine ${engine.name}: ${engine.reason}` });
    const change = engineChange(run.record, engine);
    // Numbers of two engines differ in their last digits, and then in everything that is drawn by them.
    if (change !== null && !acceptChanges)
      throw new RunPaused(
        `${change} Its numbers differ in their last digits, so the run would not be bit for bit the one it was: ${acceptAdvice}`,
      );
    run.update((record) => ({
      ...record,
      ...(change === null
        ? {}
        : { accepted: [...record.accepted, { time: new Date().toISOString(), changes: [change] }] }),
      engine,
      ...{ status: "running", message: null, pausedFor: null },
      process: { pid: process.pid, host: hostname(), token },
    }));
    const end = await runPipeline(
      { ...stageContext(recipe, recipeFolder, run), skipBatch },
      { workspaceFolder, recipeFolder },
    );
    ended = {
      type: "ended",
      ...{ status: end, pausedFor: null },
      message: end === "stopped" ? (stoppedFor ?? "Stopped with a checkpoint. Resume goes on from it.") : null,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Where people can do something about it, the message is all there is to say, and the end of the run says it.
    if (!(error instanceof RunPaused) && isInternal(error)) {
      send({ type: "log", level: "error", text: error instanceof Error ? (error.stack ?? message) : message });
    }
    ended = {
      ...{ type: "ended", status: error instanceof RunPaused ? "paused" : "failed", message },
      pausedFor: error instanceof RewardsFailed ? "reward" : null,
    };
  }
  const how = ended;
  try {
    run?.update((record) =>
      orphaned && how.status !== "completed"
        ? endRecord(record, {
            ...{ status: "interrupted", pausedFor: null },
            message: how.status === "failed" ? how.message : supervisorGone,
          })
        : endRecord(record, how),
    );
    run?.close();
  } catch (error) {
    // The disk may be full: the supervisor still learns how the run ended.
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
    send({ type: "ended", status: "completed", message: null, pausedFor: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ type: "ended", status: "failed", message, pausedFor: null });
  }
  if (process.connected) process.disconnect();
}

const endRecord = (
  record: RunRecord,
  { status, message, pausedFor }: Pick<RunRecord, "status" | "message" | "pausedFor">,
): RunRecord => ({
  ...record,
  ...{ status, message, pausedFor },
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
    recipeFolder,
    tell: () => undefined,
    remark: (_, text) => send({ type: "log", level: "warn", text }),
    async score(groups) {
      const answer = await ask((id) => ({ type: "score", id, groups: [...groups] }), rewardsFailed);
      if (answer.type !== "scored") throw new Error("The supervisor answered another question than it was asked.");
      return answer.scored;
    },
    async judge(language, programs) {
      const answer = await ask(
        (id) => ({ type: "judge", id, language, programs: [...programs] }),
        (message) => new RunPaused(message),
      );
      if (answer.type !== "judged") throw new Error("The supervisor answered another question than it was asked.");
      return answer.right;
    },
    progress: (progress) => send({ type: "progress", ...progress }),
    stopRequested: () => new Promise((answer) => setImmediate(() => answer(stopping))),
  };
}
