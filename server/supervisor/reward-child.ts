/** One reward process: started, spoken to, timed and killed. */
import { fork, type ChildProcess } from "node:child_process";
import { realpathSync } from "node:fs";
import {
  fromRewardProcessSchema,
  type FromRewardProcess,
  type RewardExport,
  type ToRewardProcess,
} from "../protocol/rewards";
import { guarded, readMessage } from "../shared/read-message";
import type { SandboxRunner } from "../verifiers/code/verify-code";
import { rewardEnvironment, type RewardRuntime } from "./runtime";
import { scoreGroups, type ReportGroup, type ScoreRequest } from "./score-groups";
import { endWithUs } from "./watchdog";

export interface RewardModule {
  readonly module: string;
  readonly exports: readonly RewardExport[];
  /** Variables of the environment that it may see. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ChildSettings {
  readonly runtime: RewardRuntime;
  /** `dist/reward-process.js`. */
  readonly script: string;
  readonly log: (text: string) => void;
  /** Runs programs of a model for rewards, which must not do it themselves. */
  readonly runProgram: SandboxRunner;
  /** Seconds that loading the module may take. */
  readonly loadTimeout?: number;
}

export interface RewardChild {
  /** Scores the groups of all requests, as many at a time as their rewards allow, and reports each. */
  score(requests: readonly ScoreRequest[], timeout: number, report: ReportGroup): Promise<void>;
  readonly alive: boolean;
  kill(): void;
}

const memoryLimit = 512;

function start({ runtime, script }: ChildSettings, module: string): ChildProcess {
  const allow = (path: string) => `--allow-fs-read=${realpathSync(path)}`;
  const child = fork(script, [], {
    execPath: runtime.execPath,
    execArgv: [
      ...(runtime.restricted ? ["--permission", allow(script), allow(module)] : []),
      `--max-old-space-size=${memoryLimit}`,
      "--enable-source-maps",
      "--disable-warning=SecurityWarning",
    ],
    env: rewardEnvironment(),
    cwd: realpathSync.native(script).replace(/[^/\\]+$/, ""),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Plain JSON: the runtime may be of another version than this process, and what it says is not trusted.
    serialization: "json",
  });
  endWithUs(child, script);
  // User code may hang: then the process does not notice that nobody waits for it any more.
  const killWithUs = () => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("close", () => process.off("exit", killWithUs));
  return child;
}

/** Waits for messages of the child one at a time; null once it is gone or nothing came for so long. */
function inbox(child: ChildProcess, { log, runProgram }: ChildSettings) {
  const waiting: ((message: FromRewardProcess | null) => void)[] = [];
  const received: FromRewardProcess[] = [];
  let ended: string | null = null;
  let ranOutOfMemory = false;
  const end = (why: string) => {
    ended ??= why;
    for (const resolve of waiting.splice(0)) resolve(null);
  };
  let programs = 0;
  async function carryOut({ id, job, timeout }: Extract<FromRewardProcess, { type: "run-program" }>): Promise<void> {
    programs++;
    const answer = await runProgram(job, timeout).then(
      (results) => ({ results: [...results], message: null }),
      (error: unknown) => ({ results: [], message: error instanceof Error ? error.message : String(error) }),
    );
    programs--;
    const message: ToRewardProcess = { type: "program-ran", id, ...answer };
    guarded(() => child.connected && child.send(message, () => undefined), log);
  }
  child.on("message", (data) => {
    const message = readMessage(fromRewardProcessSchema, data);
    if (message === null) log("A reward sent a message of its own to this process; it is ignored.");
    else if (message.type === "log") log(message.text);
    else if (message.type === "run-program") void carryOut(message);
    else if (waiting.length > 0) waiting.shift()!(message);
    else received.push(message);
  });
  const print = (chunk: Buffer) => {
    const text = chunk.toString().trimEnd();
    ranOutOfMemory ||= text.includes("heap out of memory");
    if (!ranOutOfMemory) log(text);
  };
  child.stdout?.on("data", print);
  child.stderr?.on("data", print);
  child.on("error", (error) => end(`could not be started (${error.message})`));
  // After `exit` its last messages and output are still to come; `close` has them all.
  child.on("close", (code, signal) =>
    end(
      ranOutOfMemory
        ? `used more than ${memoryLimit} MB of memory`
        : `ended its process (${signal === null ? `exit code ${String(code)}` : signal})`,
    ),
  );
  return {
    get ended() {
      return ended;
    },
    /** Programs that run for it now. */
    get programs() {
      return programs;
    },
    next: (seconds: number): Promise<FromRewardProcess | null> => {
      const first = received.shift();
      if (first) return Promise.resolve(first);
      if (ended !== null) return Promise.resolve(null);
      return new Promise((resolve) => {
        const timer = setTimeout(() => done(null), seconds * 1000);
        const done = (message: FromRewardProcess | null) => {
          clearTimeout(timer);
          const index = waiting.indexOf(done);
          if (index >= 0) waiting.splice(index, 1);
          resolve(message);
        };
        waiting.push(done);
      });
    },
  };
}

/** Why a module does not load; `file` and `line` (from 1) where its code says so. */
export class RewardLoadError extends Error {
  override readonly name = "RewardLoadError";
  constructor(
    message: string,
    readonly file: string | null = null,
    readonly line: number | null = null,
  ) {
    super(message);
  }
}

/** Starts a process for one module and loads it. Throws {@link RewardLoadError} when it does not load. */
export async function startRewardChild(module: RewardModule, settings: ChildSettings): Promise<RewardChild> {
  const child = start(settings, module.module);
  const messages = inbox(child, settings);
  let killed = false;
  const kill = () => {
    killed = true;
    child.kill("SIGKILL");
  };
  const tell = (message: ToRewardProcess) => {
    // A process that has just ended cannot be told; its end is reported by the inbox.
    if (child.connected) child.send(message, () => undefined);
  };
  const failed = (message: string, file: string | null = null, line: number | null = null) => {
    kill();
    return new RewardLoadError(message, file, line);
  };
  tell({ type: "load", module: module.module, exports: [...module.exports], env: { ...module.env } });
  const seconds = settings.loadTimeout ?? 20;
  const reply = await messages.next(seconds);
  if (reply === null)
    throw failed(
      messages.ended === null ? `took longer than ${seconds} s to load` : `${messages.ended} while it was loaded`,
    );
  if (reply.type === "load-failed") {
    const place = reply.file === null ? "" : `${reply.file}:${reply.line ?? 1}: `;
    throw failed(`${place}${reply.message}`, reply.file, reply.line);
  }
  if (reply.type !== "loaded") throw failed("answered out of turn while it was loaded");
  if (reply.missing.length > 0) throw failed(`exports no function ${reply.missing.join(", ")}`);
  let request = 0;
  const link = { tell, kill, messages };
  return {
    get alive() {
      return !killed && messages.ended === null && child.connected;
    },
    kill,
    score(requests, timeout, report) {
      const numbered = requests.map((each) => ({ ...each, id: request++ }));
      return scoreGroups(link, numbered, timeout, report);
    },
  };
}
