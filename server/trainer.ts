/** The trainer process: starts the engine, runs the stages of one run, and speaks with the supervisor. */
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startEngine } from "./engine/start-engine";
import { toTrainerSchema } from "./protocol/trainer";
import type { FromTrainer, Scored, ToTrainer } from "./protocol/trainer";
import type { RunRecord } from "./protocol/run";
import { recipeSchema } from "./recipes/schema";
import { openRunWriter } from "./runs/writer";
import type { RunWriter } from "./runs/writer";
import { RunPaused } from "./stages/context";
import type { StageContext } from "./stages/context";
import { runPipeline } from "./stages/pipeline";
import { parametersOf } from "./stages/parameters";
import { createTask } from "./tasks/create-task";

type Start = Extract<ToTrainer, { type: "start" }>;
interface Waiting {
  readonly resolve: (scored: Scored) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let nextScore = 1;
let stopping = false;

function send(message: FromTrainer): void {
  // A supervisor that is just gone cannot be told; without a callback that would end this process before its checkpoint.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

process.on("message", (data) => {
  const message = toTrainerSchema.parse(data);
  switch (message.type) {
    case "start":
      void train(message);
      break;
    case "stop":
      stopping = true;
      break;
    case "scored":
    case "score-failed": {
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === "scored") request?.resolve(message.scored);
      else request?.reject(new RunPaused(message.message));
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

// Without its supervisor the trainer can neither score nor be stopped: it saves a checkpoint and ends.
process.on("disconnect", () => {
  stopping = true;
  for (const request of waiting.values()) {
    request.reject(
      new RunPaused("The process that supervised this run is gone. Resume goes on from the last checkpoint."),
    );
  }
  waiting.clear();
});

async function train({ runFolder, workspaceFolder, tensorflow, skipBatch }: Start): Promise<void> {
  let run: RunWriter | null = null;
  let ended: Extract<FromTrainer, { type: "ended" }>;
  try {
    run = openRunWriter(runFolder);
    const recipe = recipeSchema.parse(run.record.recipe);
    const recipeFolder = dirname(resolve(workspaceFolder, run.record.recipeFile));
    const engine = await startEngine(
      recipe.engine,
      { kernels: join(__dirname, "kernels.wasm"), tensorflow },
      await parametersOf(recipe, { workspaceFolder, recipeFolder }),
    );
    send({ type: "log", level: "info", text: `Engine ${engine.name}: ${engine.reason}` });
    run.update((record) => ({
      ...record,
      engine,
      status: "running",
      message: null,
      process: { pid: process.pid, host: hostname() },
    }));
    const end = await runPipeline(
      { ...stageContext(recipe, recipeFolder, run), skipBatch },
      { workspaceFolder, recipeFolder },
    );
    ended = {
      type: "ended",
      status: end,
      message: end === "stopped" ? "Stopped with a checkpoint. Resume goes on from it." : null,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof RunPaused)) {
      send({ type: "log", level: "error", text: error instanceof Error ? (error.stack ?? message) : message });
    }
    ended = { type: "ended", status: error instanceof RunPaused ? "paused" : "failed", message };
  }
  const { status, message } = ended;
  try {
    run?.update((record) => endRecord(record, status, message));
    run?.close();
  } catch (error) {
    // The disk may be full: the supervisor still learns how the run ended.
    send({ type: "log", level: "error", text: `The end of the run could not be recorded: ${String(error)}` });
  }
  send(ended);
  if (process.connected) process.disconnect();
}

const endRecord = (record: RunRecord, status: RunRecord["status"], message: string | null): RunRecord => ({
  ...record,
  status,
  message,
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
    task: createTask(recipe.task, recipeFolder),
    generalTask: recipe.general_task ? createTask(recipe.general_task, recipeFolder) : null,
    run,
    recipeFolder,
    tell: () => undefined,
    score: (groups) =>
      new Promise((resolveScore, reject) => {
        const id = nextScore++;
        waiting.set(id, { resolve: resolveScore, reject });
        send({ type: "score", id, groups: [...groups] });
        if (!process.connected) reject(new RunPaused("The process that supervised this run is gone."));
      }),
    progress: (progress) => send({ type: "progress", ...progress }),
    stopRequested: () => new Promise((answer) => setImmediate(() => answer(stopping))),
  };
}
