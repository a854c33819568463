/** Processes that programs of a model run in: started when they are needed, timed, killed and started anew. */
import { fork, type ChildProcess } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import {
  fromSandboxSchema,
  type SandboxJob,
  type StepOutcome,
  type StepResult,
  type ToSandbox,
} from "../protocol/sandbox";
import { readMessage } from "../shared/read-message";
import type { SandboxRunner } from "../verifiers/code/verify-code";
import { rewardEnvironment, type RewardRuntime } from "./runtime";
import { endWithUs } from "./watchdog";

export interface SandboxPoolSettings {
  /** `dist/sandbox.mjs`; the interpreters lie beside it. */
  readonly script: string;
  readonly runtime: RewardRuntime;
  /** Programs that run at the same time. */
  readonly size: number;
  /** Seconds that a process may take to start; it has nothing to do with programs. */
  readonly startTimeout?: number;
}

export interface SandboxPool {
  /**
   * Runs a job when a process is free: one result for each step. `timeout` in seconds a step. A step that takes longer, or that
   * takes its process along, is told so in its result, and the steps after it are tried in a new process; after the second
   * such step, the rest of the job counts as the same. Throws an Error when no process can be started.
   */
  readonly run: SandboxRunner;
  close(): void;
}

/** Processes that one job may lose. */
const patience = 2;

/** Jobs after which a process is replaced: whatever it may have lost in memory goes with it. */
const mostJobs = 500;

/** Megabytes of the process' own heap; the programs' memory is not in it. */
const heapLimit = 256;

interface Sandbox {
  readonly child: ChildProcess;
  readonly alive: boolean;
  jobs: number;
  /** What the step printed so far. */
  printed(): { stdout: string; stderr: string };
  /** Steps in order, as they end; null when the process is gone or the time is over. */
  next(id: number, seconds: number): Promise<StepResult | null>;
  readonly ended: string | null;
  kill(): void;
}

/** Keeps what came since the last NUL, which a sandbox writes where a step begins. */
function lastPart(stream: NodeJS.ReadableStream | null): () => string {
  let parts: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => {
    const mark = chunk.lastIndexOf(0);
    if (mark >= 0) parts = [];
    parts.push(chunk.subarray(mark + 1));
  });
  return () => Buffer.concat(parts).toString("utf8");
}

/** `children`: those that run, this one among them. */
async function startSandbox(settings: SandboxPoolSettings, children: Set<ChildProcess>): Promise<Sandbox> {
  const { script, runtime, startTimeout = 30 } = settings;
  const folder = realpathSync(dirname(script));
  const child = fork(script, [], {
    execPath: runtime.execPath,
    execArgv: [
      ...(runtime.restricted ? ["--permission", `--allow-fs-read=${folder}`] : []),
      `--max-old-space-size=${heapLimit}`,
      "--disable-warning=SecurityWarning",
    ],
    env: rewardEnvironment(),
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "json",
  });
  children.add(child);
  endWithUs(child, script);
  const received: { id: number; result: StepResult }[] = [];
  let wake: () => void = () => undefined;
  let isReady = false;
  let ended: string | null = null;
  const end = (why: string) => {
    ended ??= why;
    wake();
  };
  const stdout = lastPart(child.stdout);
  const stderr = lastPart(child.stderr);
  child.on("message", (data) => {
    const message = readMessage(fromSandboxSchema, data);
    if (message === null) {
      child.kill("SIGKILL");
      return;
    }
    if (message.type === "ready") isReady = true;
    else received.push(message);
    wake();
  });
  child.on("error", (error) => end(`could not be started (${error.message})`));
  child.on("close", (code, signal) => {
    children.delete(child);
    end(`ended (${signal === null ? `exit code ${String(code)}` : signal})`);
  });

  /** Waits until there is something, the process is gone, or the time is over. */
  const waitFor = async <T>(look: () => T | null, seconds: number): Promise<T | null> => {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = look();
      const left = deadline - performance.now();
      if (found !== null || ended !== null || left <= 0) return found;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 2 ** 31 - 1));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  const sandbox: Sandbox = {
    child,
    jobs: 0,
    get alive() {
      return ended === null && child.connected && !child.killed;
    },
    get ended() {
      return ended;
    },
    printed: () => ({ stdout: stdout(), stderr: stderr() }),
    next: (id, seconds) =>
      waitFor(() => {
        const first = received.shift();
        return first?.id === id ? first.result : null;
      }, seconds),
    kill: () => void child.kill("SIGKILL"),
  };
  if ((await waitFor(() => (isReady ? true : null), startTimeout)) === null) {
    const why = sandbox.ended ?? `did not start within ${startTimeout} s`;
    sandbox.kill();
    const said = stderr().trim();
    throw new Error(`The sandbox for programs ${why}.${said === "" ? "" : `\n${said}`}`);
  }
  return sandbox;
}

export function openSandboxPool(settings: SandboxPoolSettings): SandboxPool {
  const idle: Sandbox[] = [];
  const children = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  const killAll = () => {
    for (const child of children) child.kill("SIGKILL");
  };
  // A program may keep its process busy: then it does not notice that nobody waits for it any more.
  process.once("exit", killAll);
  let running = 0;
  let closed = false;
  const isClosed = () => closed;
  let lastId = 0;

  async function take(): Promise<Sandbox> {
    if (isClosed()) throw new Error("The sandboxes are closed.");
    for (let sandbox = idle.pop(); sandbox; sandbox = idle.pop()) if (sandbox.alive) return sandbox;
    const sandbox = await startSandbox(settings, children);
    if (isClosed()) sandbox.kill();
    return sandbox;
  }

  /** Runs steps from `first` on in one process, until it is lost. */
  async function runFrom(first: number, job: SandboxJob, timeout: number, results: StepResult[]): Promise<void> {
    const sandbox = await take();
    const id = ++lastId;
    const message: ToSandbox = { type: "job", id, job: { ...job, steps: job.steps.slice(first) } };
    // A process that has just ended cannot be told; that it ended is seen below.
    if (sandbox.child.connected) sandbox.child.send(message, () => undefined);
    while (results.length < job.steps.length) {
      const result = await sandbox.next(id, timeout);
      if (result === null) {
        const outcome: StepOutcome =
          sandbox.ended === null
            ? { kind: "timeout", seconds: timeout }
            : { kind: "died", message: `The process of the sandbox ${sandbox.ended}.` };
        sandbox.kill();
        results.push({ outcome, ...sandbox.printed(), milliseconds: timeout * 1000 });
        return;
      }
      results.push(result);
    }
    sandbox.jobs++;
    if (sandbox.jobs < mostJobs && !closed) idle.push(sandbox);
    else sandbox.kill();
  }

  return {
    async run(job, timeout) {
      if (running >= settings.size) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        const results: StepResult[] = [];
        for (let lost = 0; results.length < job.steps.length; lost++) {
          if (lost === patience) {
            const { outcome } = results.at(-1)!;
            const rest = job.steps.slice(results.length);
            results.push(...rest.map(() => ({ outcome, stdout: "", stderr: "", milliseconds: 0 })));
          } else await runFrom(results.length, job, timeout, results);
        }
        return results;
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
    close() {
      closed = true;
      process.off("exit", killAll);
      killAll();
    },
  };
}
