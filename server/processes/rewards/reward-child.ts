/** One reward process: started, spoken to, timed and killed. */
import {
  fromRewardProcessSchema,
  type FromRewardProcess,
  type RewardExport,
  type ScoreGroup,
  type ToRewardProcess,
} from "../../protocol/rewards";
import type { RewardError } from "../../protocol/traces";
import { doorFlags } from "../../rewards/native-doors";
import { largeMessages, type MessageBounds } from "../../shared/message-lines";
import { readMessage } from "../../shared/read-message";
import { ownTime } from "../../shared/running-time";
import { coverageArgument } from "../../rewards/coverage-argument";
import type { FunctionCoverage } from "../../protocol/coverage";
import type { Spare } from "./spare-processes";
import { inspectionFlags, withoutInspector, type Inspection } from "./inspection";
import type { ChannelHandlers, ChildChannel } from "../child-channel";
import { killedByOthers, mostTries } from "../killed-by-others";
import { startLimited } from "../limited-process";
import type { JudgeRights } from "./judge-call";
import type { Judges } from "./reward-judges";
import { rewardRequests } from "./reward-requests";
import type { RewardRuntime } from "../runtime";
import type { ProgramAsker } from "../sandboxes/sandbox-pool";
import { scoreGroups, type ReportGroup, type RewardPlaceOf } from "./score-groups";
import { UserError } from "../../shared/user-error";

export interface RewardModule {
  readonly module: string;
  readonly export: RewardExport;
  /** Variables of the environment that it may see. */
  readonly env: Readonly<Record<string, string>>;
  /** As the recipe names it, for messages. */
  readonly reward: string;
  /** Hosts that it may reach, and keys that its judges may use. */
  readonly rights: Omit<JudgeRights, "reward">;
}

export interface ChildSettings {
  readonly runtime: RewardRuntime;
  /** `dist/reward-process.js`. */
  readonly script: string;
  readonly log: (text: string) => void;
  /** Who runs programs of a model for the process, which must not do it itself: an asker of its own. */
  readonly programs: () => ProgramAsker;
  readonly judges: Judges;
  /** Told of what was thrown where no call waits for it. */
  readonly stray?: (error: RewardError) => void;
  /** Seconds that loading the module may take. */
  readonly loadTimeout?: number;
  /** How it is looked into; unset: it is not. */
  readonly inspection?: Inspection | undefined;
  /** A process that may be taken in place of a new one: it may read the module. */
  readonly spare?: Spare | undefined;
  /** Ends it, also while it is loaded. */
  readonly signal?: AbortSignal;
}

export interface RewardChild {
  /** Scores groups, as many at a time as the reward allows, and reports each. */
  score(groups: readonly ScoreGroup[], timeout: number, report: ReportGroup): Promise<void>;
  /** Resolves once what its code has left behind, such as a rejection that nobody waits for, is told; or soon. */
  settle(): Promise<void>;
  /** What ran since the last time; empty of one that does not count, or is gone. */
  coverage(): Promise<readonly FunctionCoverage[]>;
  readonly alive: boolean;
  kill(): void;
}

/** Seconds that a process that has scored gets to say what is left. */
const settleTime = 1;

/** Megabytes of objects and texts. */
const heapLimit = 512;
/** Megabytes of buffers. */
const bufferLimit = 512;

/** What it may say at once: the body of a request, or what is said of a large group. */
const messageBounds: MessageBounds = { ...largeMessages, values: 2_000_000 };

/** Starts a process that has loaded nothing yet. `readable`: the module that it will load, or a folder that holds it. */
export const startRewardProcess = (
  { runtime, script, inspection }: Pick<ChildSettings, "runtime" | "script" | "inspection">,
  readable: string,
  handlers: ChannelHandlers,
): ChildChannel =>
  startLimited(
    script,
    runtime,
    {
      readable: [script, readable],
      heap: heapLimit,
      buffers: bufferLimit,
      flags: ["--enable-source-maps", ...doorFlags, ...inspectionFlags(inspection)],
      arguments: inspection?.kind === "coverage" ? [coverageArgument] : [],
      messages: messageBounds,
    },
    handlers,
  );

/** Waits for messages of the child one at a time; null once it is gone or nothing came for so long, by {@link ownTime}. */
function startWithInbox(of: RewardModule, settings: ChildSettings) {
  const { log } = settings;
  const waiting: ((message: FromRewardProcess | null) => void)[] = [];
  const received: FromRewardProcess[] = [];
  let ended: string | null = null;
  let killed = false;
  let ranOutOfMemory = false;
  /** That its code has asked for. */
  let exitCode: number | null = null;
  let exitPlace: RewardPlaceOf | null = null;
  const end = (why: string) => {
    ended ??= why;
    for (const resolve of waiting.splice(0)) resolve(null);
    requests.end();
    programs.end();
  };
  const programs = settings.programs();
  const requests = rewardRequests({
    reward: of.reward,
    rights: of.rights,
    judges: settings.judges,
    runProgram: programs.run,
    answer: (message, taken) => channel.send(message, taken),
  });
  /** Whether anybody waits for what it says of its reward. */
  let heard = false;
  const handlers: ChannelHandlers = {
    message(data, bytes) {
      const message = readMessage(fromRewardProcessSchema, data);
      if (message === null) log("A reward tried to send its own message to this process; the message is ignored.");
      else if (message.type === "log") log(message.text);
      else if (
        message.type === "run-program" ||
        message.type === "fetch" ||
        message.type === "judge" ||
        message.type === "fetch-abort"
      )
        requests.take(message, bytes);
      else if (message.type === "exiting") {
        exitCode = message.code;
        exitPlace = { file: message.file, line: message.line, column: message.column };
      } else if (message.type === "stray") settings.stray?.(message);
      else if (waiting.length > 0) waiting.shift()!(message);
      else if (heard) received.push(message);
    },
    odd: (why) =>
      log(`A reward sent a message of its own to this process, which ${why.replace(/^it /, "")}; it is ignored.`),
    killed: end,
    printed: (chunk) => print(chunk),
  };
  const channel = settings.spare?.take(handlers) ?? startRewardProcess(settings, of.module, handlers);
  const { child } = channel;
  const { inspection } = settings;
  const ofReward = withoutInspector((address) => {
    if (inspection?.kind === "debugger") inspection.listening(address, of.module);
  });
  const print = (chunk: Buffer) => {
    const printed = chunk.toString();
    const text = (inspection?.kind === "debugger" ? ofReward(printed) : printed).trimEnd();
    if (text === "" && inspection) return;
    ranOutOfMemory ||= /out of memory/i.test(text) && /FATAL ERROR|Fatal/.test(text);
    if (!ranOutOfMemory) log(text);
  };
  child.on("error", (error) => end(`could not be started (${error.message})`));
  // After `exit` its last messages and output are still to come; `close` has them all.
  child.on("close", (code, signal) => {
    killed = !ranOutOfMemory && exitCode === null && killedByOthers(child, code, signal);
    end(
      ranOutOfMemory
        ? `used more than ${heapLimit} MB of memory or ${bufferLimit} MB of buffers`
        : `ended its process (${exitCode !== null || signal === null ? `exit code ${String(exitCode ?? code)}` : signal})`,
    );
  });
  const messages = {
    get ended() {
      return ended;
    },
    /** Where its code ended it; null: it did not, or the place is not known. */
    get endedAt() {
      return exitPlace;
    },
    get killed() {
      return killed;
    },
    /** Programs that run for it now. */
    get programs() {
      return requests.programs;
    },
    get judging() {
      return requests.judging;
    },
    /** What it says meanwhile is for whoever does this; what it said before, or says later, is for nobody. */
    async hear<T>(work: () => Promise<T>): Promise<T> {
      heard = true;
      try {
        return await work();
      } finally {
        heard = false;
        received.length = 0;
      }
    },
    next: (seconds: number): Promise<FromRewardProcess | null> => {
      const first = received.shift();
      if (first) return Promise.resolve(first);
      if (ended !== null) return Promise.resolve(null);
      return new Promise((resolve) => {
        const takeBack = ownTime.after(seconds * 1000, () => done(null));
        const done = (message: FromRewardProcess | null) => {
          takeBack();
          const index = waiting.indexOf(done);
          if (index >= 0) waiting.splice(index, 1);
          resolve(message);
        };
        waiting.push(done);
      });
    },
  };
  return { channel, messages };
}

/** Why a module does not load; `file` and `line` (from 1) where its code says so. */
export class RewardLoadError extends UserError {
  override readonly name = "RewardLoadError";
  constructor(
    message: string,
    file: string | null = null,
    line: number | null = null,
    /** Somebody else ended its process: it may load the next time. */
    readonly killed = false,
  ) {
    super(message, { file, line });
  }
}

/** Starts a process for one module and loads it. Throws {@link RewardLoadError} when it does not load. */
export async function startRewardChild(module: RewardModule, settings: ChildSettings): Promise<RewardChild> {
  for (let tried = 1; ; tried++) {
    try {
      return await startOnce(module, settings);
    } catch (error) {
      if (!(error instanceof RewardLoadError && error.killed) || tried === mostTries) throw error;
    }
  }
}

async function startOnce(module: RewardModule, settings: ChildSettings): Promise<RewardChild> {
  const { channel, messages } = startWithInbox(module, settings);
  let killed = false;
  const kill = () => {
    killed = true;
    channel.child.kill("SIGKILL");
  };
  const tell = (message: ToRewardProcess, taken?: () => void) => channel.send(message, taken);
  const failed = (message: string, file: string | null = null, line: number | null = null) => {
    kill();
    return new RewardLoadError(message, file, line);
  };
  const { signal } = settings;
  if (signal?.aborted) kill();
  signal?.addEventListener("abort", kill);
  channel.child.once("close", () => signal?.removeEventListener("abort", kill));
  tell({ type: "load", module: module.module, export: module.export, env: { ...module.env } });
  // A debugger has it wait for as long as somebody looks.
  const seconds = settings.loadTimeout ?? (settings.inspection?.kind === "debugger" ? Infinity : 20);
  const reply = await messages.hear(() => messages.next(seconds));
  if (reply === null) {
    if (messages.killed) throw new RewardLoadError(`${messages.ended ?? ""} while it was loaded`, null, null, true);
    throw failed(
      messages.ended === null ? `took longer than ${seconds} s to load` : `${messages.ended} while it was loaded`,
    );
  }
  if (reply.type === "load-failed") {
    const place = reply.file === null ? "" : `${reply.file}:${reply.line ?? 1}: `;
    throw failed(`${place}${reply.message}`, reply.file, reply.line);
  }
  if (reply.type !== "loaded") throw failed("answered out of turn while it was loaded");
  if (reply.missing) throw failed(`exports no function ${module.export.name}`);
  let request = 0;
  const link = { tell, kill, messages, limits: module.export.limits };
  return {
    get alive() {
      return !killed && messages.ended === null && channel.connected;
    },
    kill,
    coverage: () =>
      messages.hear(async () => {
        tell({ type: "take-coverage" });
        for (;;) {
          const answer = await messages.next(20);
          if (answer === null) return [];
          if (answer.type === "covered") return answer.functions;
        }
      }),
    settle: () =>
      messages.hear(async () => {
        const id = -1;
        tell({ type: "ping", id });
        const until = ownTime.now() + settleTime * 1000;
        for (;;) {
          const left = until - ownTime.now();
          const message = left <= 0 ? null : await messages.next(left / 1000);
          if (message === null || (message.type === "pong" && message.id === id)) return;
        }
      }),
    score: (groups, timeout, report) => messages.hear(() => scoreGroups(link, request++, groups, timeout, report)),
  };
}
