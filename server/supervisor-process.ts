/** Supervises one run that goes on without whoever started it (`dist/supervisor.js`), and ends with it. */
import "./shared/no-debugger";
import { toSupervisorSchema, type FromSupervisor, type SupervisorTask } from "./protocol/supervisor";
import { appendLog } from "./runs/live-run";
import { evaluateCheckpoint } from "./launch/evaluate-checkpoint";
import { refusalRemedy } from "./launch/refusal";
import { ResumeChangesError } from "./launch/resume-changes";
import { resumeOnSave } from "./launch/resume-on-save";
import {
  forkRun,
  resumeNotice,
  resumeRun,
  startRun,
  type RunHandle,
  type RunHandlers,
  type RunOptions,
} from "./launch/run";
import { setStoredKeys } from "./processes/rewards/judge-keys";
import { isInternal, stackOf, toldOf } from "./shared/user-error";

/** Nobody may be there any more to hear it. */
const say = (message: FromSupervisor): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });

function begin(task: SupervisorTask, options: RunOptions, handlers: RunHandlers): Promise<RunHandle> {
  switch (task.kind) {
    case "start":
      return startRun({ ...options, ...task }, handlers);
    case "resume":
      return resumeRun(task.folder, options, handlers);
    case "fork":
      return forkRun(task, options, handlers);
    case "evaluate":
      return evaluateCheckpoint(task, options, handlers);
  }
}

let run: RunHandle | null = null;

/** Milliseconds that a run waits for its rewards to be mended. */
const longestWait = 24 * 3600_000;
const ending = new AbortController();

async function supervise(data: unknown): Promise<void> {
  const {
    task,
    options: { judgeKeys, ...options },
  } = toSupervisorSchema.parse(data);
  setStoredKeys(judgeKeys);
  const log: RunHandlers["log"] = (level, text) => void say({ type: "log", level, text });
  const notice = task.kind === "resume" ? resumeNotice(task.folder) : null;
  run = await begin(task, options, { log });
  await say({ type: "begun", folder: run.folder, notice });
  if (process.connected) process.disconnect();
  // Its rewards may be mended while nobody looks; another process that goes on with the run ends the wait.
  const { folder } = run;
  const again = { ...options, skipBatch: false, acceptChanges: false };
  await resumeOnSave(
    run,
    () => again,
    { log },
    {
      resumed: (next) => (run = next),
      tell: (level, text) => appendLog(folder, level, text),
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(longestWait)]),
    },
  );
}

function refused(error: unknown): Promise<void> {
  if (error instanceof ResumeChangesError) return say({ type: "changed", changes: [...error.changes] });
  if (isInternal(error)) void say({ type: "log", level: "error", text: stackOf(error) });
  return say({
    type: "refused",
    message: toldOf(error, "The log has its stack."),
    remedy: refusalRemedy(error),
  });
}

process.once("message", (data) => {
  void supervise(data)
    .catch(refused)
    .finally(() => process.exit());
});

// A machine that shuts down asks first. A terminal that closes is none of its business.
process.on("SIGTERM", () => {
  ending.abort();
  run?.stop(
    "The machine, or somebody, ended its process. The run stopped with a checkpoint. Resume continues from it.",
  );
});
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

// Nobody sees what it prints. Its trainer saves a checkpoint when it is gone.
process.on("uncaughtException", (error) => {
  if (run) appendLog(run.folder, "error", error.stack ?? error.message);
  void refused(error).finally(() => process.exit(1));
});
