/**
 * The trainer process from the supervisor's side: started, answered and stopped. A trainer whose supervisor ends, in whatever way, notices by
 * itself: it saves a checkpoint and ends.
 */
import { fork } from "node:child_process";
import { fromTrainerSchema, type FromTrainer, type ToTrainer } from "../protocol/trainer";
import { watchMemoryEnds, type MemoryEnd } from "./out-of-memory";
import { closedToDebuggers } from "./runtime";
import { endWithUs } from "./watchdog";
import { guarded, readMessage } from "../shared/read-message";

export interface TrainerHandlers {
  /** Every message but those of another version, which are logged. */
  message(message: FromTrainer): void;
  log(level: "info" | "warn" | "error", text: string): void;
}

export interface TrainerExit {
  /** Null when the process vanished without a last word. */
  readonly ended: Extract<FromTrainer, { type: "ended" }> | null;
  /** How the process ended, for people: `signal SIGKILL`, `exit code 1`. */
  readonly how: string;
  readonly memory: MemoryEnd;
  /** Last lines that it wrote to stderr. */
  readonly lastWords: string;
}

export interface TrainerChild {
  readonly pid: number | undefined;
  send(message: ToTrainer): void;
  kill(): void;
  readonly exited: Promise<TrainerExit>;
}

export function startTrainer(script: string, handlers: TrainerHandlers): TrainerChild {
  const memoryEnd = watchMemoryEnds();
  const child = fork(script, [], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning", ...closedToDebuggers],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  endWithUs(child, script, { saves: true });
  let ended: TrainerExit["ended"] = null;
  let failure: string | null = null;
  let lastWords = "";
  child.on("message", (data) => {
    const message = readMessage(fromTrainerSchema, data);
    if (message === null) {
      handlers.log("warn", "The trainer sent a message that cannot be read.");
      return;
    }
    if (message.type === "ended") ended = message;
    guarded(
      () => handlers.message(message),
      (text) => handlers.log("error", `A message of the trainer (${message.type}) could not be handled: ${text}`),
    );
  });
  child.stdout?.on("data", (chunk: Buffer) => handlers.log("info", chunk.toString().trimEnd()));
  child.stderr?.on("data", (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
    handlers.log("warn", chunk.toString().trimEnd());
  });
  const exited = new Promise<TrainerExit>((resolve) => {
    const done = (how: string, signal: string | null = null) =>
      resolve({ ended, how, memory: memoryEnd({ signal, lastWords }), lastWords: lastWords.trim() });
    child.on("error", (error) => {
      failure = error.message;
      if (child.pid === undefined) done(`it could not be started: ${error.message}`);
    });
    child.on("close", (code, signal) =>
      done(failure ?? (signal ? `signal ${signal}` : `exit code ${String(code)}`), signal),
    );
  });
  return {
    pid: child.pid,
    // A trainer that has just ended cannot be told anything; `exited` says so.
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => void child.kill("SIGKILL"),
    exited,
  };
}
