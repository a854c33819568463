/** Processes that programs of a model run in: started when they are needed, timed, killed and started anew. */
import type { ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import {
  fromSandboxSchema,
  type SandboxJob,
  type StepOutcome,
  type StepResult,
  type ToSandbox,
} from "../../protocol/sandbox";
import { largeMessages, type MessageBounds } from "../../shared/message-lines";
import { readMessage } from "../../shared/read-message";
import { ownTime } from "../../shared/running-time";
import { stackFlags } from "../../verifiers/code/python-build";
import type { SandboxRunner } from "../../verifiers/code/verify-code";
import { fairTurns } from "./fair-turns";
import { killedByOthers, mostTries } from "../killed-by-others";
import { startLimited } from "../limited-process";
import type { RewardRuntime } from "../runtime";
import { stripTypes } from "../strip-types";
import { messageOf, UserError } from "../../shared/user-error";

export interface SandboxPoolSettings {
  /** `dist/sandbox.mjs`; the interpreters lie beside it. */
  readonly script: string;
  readonly runtime: RewardRuntime;
  /** Programs that run at the same time. */
  readonly size: number;
  /** Seconds that a process may take to start; it has nothing to do with programs. */
  readonly startTimeout?: number;
}

/** Who has programs run: a reward's process, say. */
export interface ProgramAsker {
  /** Throws an Error once the asker is gone. */
  readonly run: SandboxRunner;
  /** It is gone: what it waits for is not run any more, and what runs for it is ended. */
  end(): void;
}

export interface SandboxPool {
  /**
   * Runs a job when a process is free, as an asker of its own: one result for each step. `timeout` in seconds a step. A step that takes longer, or that
   * takes its process along, is told so in its result, and the steps after it are tried in a new process; after the second
   * such step, each has an eighth of the time (a second at least, if `timeout` is as long), and once a job has lost five times `timeout` in this way, the steps that are left are not tried. A step whose
   * process somebody else ended is tried again. Throws an Error when no process can be started.
   */
  readonly run: SandboxRunner;
  /** Another asker: free processes go to each in turn, whatever number of jobs it has. */
  readonly asker: () => ProgramAsker;
  close(): void;
}

/** Milliseconds after which who has nothing running gets a process beyond the pool's number: the jobs of others may take minutes. */
const longestTurn = 5000;

/** What a sandbox says of a step: texts, which are cut, and a few numbers. */
const messageBounds: MessageBounds = { ...largeMessages, values: 1000 };

/** Processes that one job may lose at the full time for a step. After them, a step has a part of it, but a second where it has that at all. */
const patience = 2;
const impatient = (seconds: number): number => Math.max(seconds / 8, Math.min(seconds, 1));

/** Times the time for a step that a job may lose with its processes, before the rest of it is not tried. */
const mostLost = 5;

/** Seconds after which a step takes long. */
const longStep = 0.25;

/** Jobs after which a process is replaced: whatever it may have lost in memory goes with it. */
const mostJobs = 500;

/** Megabytes of the process' own heap; the programs' memory is not in it. */
const heapLimit = 256;

/** Megabytes for the memories of the interpreters that a job has at a time, and for what comes out of them. */
const bufferLimit = 1024;

/** The most that macOS gives: JavaScript programs that call themselves 10,000 times over need it. Where it is refused, what Python needs. */
const stack = { kilobytes: 65_520, otherwise: stackFlags };

interface Sandbox {
  readonly alive: boolean;
  tell(message: ToSandbox): void;
  jobs: number;
  /** What the step printed so far. */
  printed(): { stdout: string; stderr: string };
  /** Steps in order, as they end; null when the process is gone or the time is over. */
  next(id: number, seconds: number): Promise<StepResult | null>;
  readonly ended: string | null;
  /** Whether somebody else ended it. */
  readonly killed: boolean;
  kill(): void;
}

/** Keeps what came since the last NUL, which a sandbox writes where a step begins. */
function lastPart() {
  let parts: Buffer[] = [];
  return {
    add(chunk: Buffer): void {
      const mark = chunk.lastIndexOf(0);
      if (mark >= 0) parts = [];
      parts.push(chunk.subarray(mark + 1));
    },
    text: () => Buffer.concat(parts).toString("utf8"),
  };
}

/** Somebody else ended a sandbox before it was ready. */
class KilledAtStart extends Error {}

/** `children`: those that run, this one among them. */
async function startSandbox(settings: SandboxPoolSettings, children: Set<ChildProcess>): Promise<Sandbox> {
  const { script, runtime, startTimeout = 30 } = settings;
  const received: { id: number; result: StepResult }[] = [];
  let wake: () => void = () => undefined;
  let isReady = false;
  let ended: string | null = null;
  let killed = false;
  const end = (why: string) => {
    ended ??= why;
    wake();
  };
  const streams = { stdout: lastPart(), stderr: lastPart() };
  const channel = startLimited(
    script,
    runtime,
    { readable: [dirname(script)], heap: heapLimit, buffers: bufferLimit, messages: messageBounds, stack },
    {
      message(data) {
        const message = readMessage(fromSandboxSchema, data);
        if (message === null) {
          child.kill("SIGKILL");
          return;
        }
        if (message.type === "ready") isReady = true;
        else received.push(message);
        wake();
      },
      odd: () => void child.kill("SIGKILL"),
      killed: end,
      printed: (chunk, stream) => streams[stream].add(chunk),
    },
  );
  const { child } = channel;
  children.add(child);
  child.on("error", (error) => end(`could not be started (${error.message})`));
  child.on("close", (code, signal) => {
    children.delete(child);
    killed = killedByOthers(child, code, signal);
    end(`ended (${signal === null ? `exit code ${String(code)}` : signal})`);
  });

  /** Waits until there is something, the process is gone, or the time is over. */
  const waitFor = async <T>(look: () => T | null, seconds: number): Promise<T | null> => {
    const time = { isOver: false };
    const takeBack = ownTime.after(seconds * 1000, () => {
      time.isOver = true;
      wake();
    });
    try {
      for (;;) {
        const found = look();
        if (found !== null || ended !== null || time.isOver) return found;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      takeBack();
    }
  };

  const sandbox: Sandbox = {
    tell: (message) => channel.send(message),
    jobs: 0,
    get alive() {
      return ended === null && channel.connected && !child.killed;
    },
    get ended() {
      return ended;
    },
    get killed() {
      return killed;
    },
    printed: () => ({ stdout: streams.stdout.text(), stderr: streams.stderr.text() }),
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
    const said = streams.stderr.text().trim();
    const message = `The sandbox for programs ${why}.${said === "" ? "" : `\n${said}`}`;
    throw sandbox.killed ? new KilledAtStart(message) : new UserError(message);
  }
  return sandbox;
}

/** Whose jobs wait and run together. */
interface Asker {
  readonly running: Set<Sandbox>;
  gone: boolean;
}

/** What becomes of a step of a program that cannot be read. */
function unreadable(message: string): StepResult {
  const outcome = {
    kind: "error",
    stage: "load",
    type: "SyntaxError",
    message,
    trace: `SyntaxError: ${message}`,
  } as const;
  return { outcome, stdout: "", stderr: "", milliseconds: 0 };
}

export function openSandboxPool(settings: SandboxPoolSettings): SandboxPool {
  const idle: Sandbox[] = [];
  const children = new Set<ChildProcess>();
  const turns = fairTurns(settings.size, longestTurn);
  let closed = false;
  const isClosed = () => closed;
  let lastId = 0;

  /** Started while steps take long: each of them may cost its process, and the next job does not wait for a new one then. Null: it did not start. */
  const spares: Promise<Sandbox | null>[] = [];
  const prepare = (): void => {
    if (!closed && idle.length + spares.length < settings.size)
      spares.push(startSandbox(settings, children).catch(() => null));
  };

  async function take(): Promise<Sandbox> {
    if (isClosed()) throw new Error("The sandboxes are closed.");
    for (let sandbox = idle.pop(); sandbox; sandbox = idle.pop()) if (sandbox.alive) return sandbox;
    for (let spare = spares.shift(); spare; spare = spares.shift()) {
      const sandbox = await spare;
      if (isClosed()) throw new Error("The sandboxes are closed.");
      if (sandbox?.alive) return sandbox;
    }
    for (let tried = 1; ; tried++) {
      try {
        const sandbox = await startSandbox(settings, children);
        if (isClosed()) sandbox.kill();
        return sandbox;
      } catch (error) {
        if (!(error instanceof KilledAtStart) || tried === mostTries || isClosed()) throw error;
      }
    }
  }

  const stillThere = ({ gone }: Asker): void => {
    if (gone) throw new UserError("Nothing is waiting for this program any more.");
  };

  /**
   * Runs steps from `first` on in one process, until it is lost. `tried`: times that somebody else ended one at that step, this one included. Returns the
   * seconds that were lost.
   */
  async function runFrom(
    first: number,
    job: SandboxJob,
    timeout: number,
    results: StepResult[],
    tried: number,
    asker: Asker,
  ): Promise<number> {
    const sandbox = await take();
    if (asker.gone) keep(sandbox);
    stillThere(asker);
    asker.running.add(sandbox);
    const id = ++lastId;
    const message: ToSandbox = { type: "job", id, job: { ...job, steps: job.steps.slice(first) } };
    // A process that has just ended cannot be told; that it ended is seen below.
    try {
      sandbox.tell(message);
    } catch (error) {
      asker.running.delete(sandbox);
      keep(sandbox);
      throw new UserError(`A program cannot be sent to its sandbox:  ${messageOf(error)}`, {
        cause: error,
      });
    }
    while (results.length < job.steps.length) {
      const since = ownTime.now() / 1000;
      const takeBack = ownTime.after(Math.min(longStep, timeout / 2) * 1000, prepare);
      const result = await sandbox.next(id, timeout).finally(takeBack);
      if (result === null) {
        asker.running.delete(sandbox);
        stillThere(asker);
        if (sandbox.killed && !closed && (results.length > first || tried < mostTries)) {
          // Whoever ended it: the step is tried again.
          return runFrom(results.length, job, timeout, results, results.length > first ? 1 : tried + 1, asker);
        }
        const outcome: StepOutcome =
          sandbox.ended === null
            ? { kind: "timeout", seconds: timeout, tried: true }
            : { kind: "died", message: `The process of the sandbox ${sandbox.ended}.` };
        sandbox.kill();
        const seconds = ownTime.now() / 1000 - since;
        results.push({ outcome, ...sandbox.printed(), milliseconds: seconds * 1000 });
        return seconds;
      }
      results.push(result);
    }
    asker.running.delete(sandbox);
    sandbox.jobs++;
    keep(sandbox);
    return 0;
  }

  /** It has its interpreters compiled, which a spare has not: that there are spares is no reason to end it. */
  function keep(sandbox: Sandbox): void {
    if (sandbox.jobs < mostJobs && idle.length < settings.size && !closed) idle.push(sandbox);
    else sandbox.kill();
  }

  /** TypeScript without its types; other programs as they are. */
  async function asJavaScript(job: SandboxJob): Promise<SandboxJob | { readonly error: string }> {
    if (job.language !== "typescript") return job;
    const stripped = await stripTypes(job.code, settings.script);
    return "error" in stripped ? stripped : { ...job, language: "javascript", code: stripped.code };
  }

  async function runFor(asker: Asker, given: SandboxJob, timeout: number): Promise<readonly StepResult[]> {
    stillThere(asker);
    if (!(await turns.enter(asker))) stillThere(asker);
    try {
      const readable = await asJavaScript(given);
      if ("error" in readable) return given.steps.map(() => unreadable(readable.error));
      const job = readable;
      const results: StepResult[] = [];
      let lost = 0;
      for (let losses = 0; results.length < job.steps.length; losses++) {
        const seconds = losses < patience ? timeout : impatient(timeout);
        if (lost <= mostLost * timeout) {
          // A new process takes time as well, also after a step that ended its own at once.
          lost += Math.max(timeout / 8, await runFrom(results.length, job, seconds, results, 1, asker));
          continue;
        }
        const outcome: StepOutcome = { kind: "timeout", seconds: lost, tried: false };
        results.push(
          ...job.steps.slice(results.length).map(() => ({ outcome, stdout: "", stderr: "", milliseconds: 0 })),
        );
      }
      return results;
    } finally {
      turns.leave(asker);
    }
  }

  function newAsker(): ProgramAsker {
    const asker: Asker = { running: new Set(), gone: false };
    return {
      run: (job, timeout) => runFor(asker, job, timeout),
      end() {
        asker.gone = true;
        turns.drop(asker);
        for (const sandbox of asker.running) sandbox.kill();
      },
    };
  }

  return {
    run: newAsker().run,
    asker: newAsker,
    close() {
      closed = true;
      for (const child of children) child.kill("SIGKILL");
    },
  };
}
