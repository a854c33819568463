/**
 * Has another process read recorded rollouts. One question runs at a time; what takes too long is given up with its process, and the next question
 * gets a new one. So no store, whatever stands in it, keeps the language server.
 */
import { dirname } from "node:path";
import { statsOf } from "../files/workspace-file";
import {
  traceAnsweredSchema,
  traceQuestions,
  type AnswerOf,
  type ParamsOf,
  type TraceAsked,
  type TraceQuestion,
} from "../protocol/trace-questions";
import { tracesPath } from "../runs/paths";
import { largeMessages } from "../shared/message-lines";
import { readMessage } from "../shared/read-message";
import { ownTime } from "../shared/running-time";
import { startWithChannel, type ChildChannel } from "../processes/child-channel";
import { traceScript, type Installation } from "../processes/installation";
import { endWithUs } from "../processes/watchdog";
import { UserError } from "../shared/user-error";

export interface TraceAsker {
  /** Throws an Error for people where there is no answer: the store is damaged, or reading it takes too long. */
  ask<Q extends TraceQuestion>(question: Q, params: ParamsOf<Q>): Promise<AnswerOf<Q>>;
  close(): void;
}

export interface TraceAskerOptions {
  /** For one answer. Reading takes longer than a second in runs of millions of rollouts only. */
  readonly seconds?: number;
  /** What the process prints, which is nothing while all is well. */
  readonly log?: (text: string) => void;
}

/** Megabytes of the process' own heap. */
const heapLimit = 1024;

/** Milliseconds without a question after which the process ends. */
const idle = 10 * 60_000;

interface Asked {
  readonly question: TraceQuestion;
  readonly params: { readonly folder: string };
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly asked: Asked;
  readonly id: number;
  readonly takeBack: () => void;
}

/** The file that a question is about. */
const storeOf = ({ question, params }: Pick<Asked, "question" | "params">): string =>
  question.startsWith("tracker") || question === "rolloutFile" ? params.folder : tracesPath(params.folder);

/** What a store was like when a question about it had to be given up. */
const stampOf = (store: string): string =>
  ["", "-wal"]
    .map((suffix) => statsOf(store + suffix))
    .map((stats) => (stats === null ? "none" : `${stats.mtimeMs} ${stats.size} ${stats.ino}`))
    .join(" ");

const keyOf = ({ question, params }: Asked): string => JSON.stringify([question, params]);

export function openTraceAsker(installation: Installation, options: TraceAskerOptions = {}): TraceAsker {
  const { seconds = 30, log = () => undefined } = options;
  const waiting: Asked[] = [];
  const givenUp = new Map<string, { readonly stamp: string; readonly message: string }>();
  let channel: ChildChannel | null = null;
  let running: Running | null = null;
  let resting: NodeJS.Timeout | null = null;
  let lastId = 0;
  let closed = false;

  function end(): void {
    channel?.child.kill("SIGKILL");
    channel = null;
  }

  /** Ends the running question; `next` is what it comes to. */
  function finish(next: (asked: Asked) => void): void {
    if (running === null) return;
    const { asked, takeBack } = running;
    running = null;
    takeBack();
    next(asked);
    goOn();
  }

  /** The same question about the same store is answered in this way until the store changes. */
  function giveUp(why: string): void {
    end();
    finish((asked) => {
      const store = storeOf(asked);
      const message = `${store} ${why}`;
      givenUp.set(keyOf(asked), { stamp: stampOf(store), message });
      asked.reject(new UserError(message));
    });
  }

  function started(): ChildChannel {
    const script = traceScript(installation);
    let why: string | null = null;
    const own = startWithChannel(
      {
        execPath: process.execPath,
        args: [`--max-old-space-size=${heapLimit}`, "--disable-warning=ExperimentalWarning", script],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
        cwd: dirname(script),
      },
      largeMessages,
      {
        message(data) {
          const reply = readMessage(traceAnsweredSchema, data);
          if (reply === null || reply.id !== running?.id) return;
          finish(({ resolve, reject }) => {
            if (reply.message !== null) reject(new UserError(reply.message));
            else resolve(reply.answer);
          });
        },
        odd: (what) => (why = `is too large to show: the answer ${what}`),
        killed: (how) => (why = `is too large to show: the process that reads it ${how}`),
        printed: (chunk) => log(chunk.toString("utf8").slice(0, 1000).trimEnd()),
      },
    );
    const { child } = own;
    endWithUs(child, script);
    const gone = (how: string): void => {
      if (channel !== own) return;
      channel = null;
      giveUp(`cannot be read: ${why ?? `the process that reads it ${how}`}. If this persists, move the file away.`);
    };
    child.on("error", (error) => gone(`could not be started (${error.message})`));
    child.on("close", (code, signal) => gone(`ended (${signal ?? `exit code ${String(code)}`})`));
    return own;
  }

  function goOn(): void {
    if (resting !== null) clearTimeout(resting);
    resting = null;
    if (running !== null) return;
    const asked = waiting.shift();
    if (asked === undefined) {
      resting = setTimeout(end, idle).unref();
      return;
    }
    const known = givenUp.get(keyOf(asked));
    if (known !== undefined && known.stamp === stampOf(storeOf(asked))) {
      asked.reject(new UserError(known.message));
      goOn();
      return;
    }
    givenUp.delete(keyOf(asked));
    const id = ++lastId;
    const takeBack = ownTime.after(seconds * 1000, () =>
      giveUp(`took longer than ${seconds} s to read, so reading was stopped. If the file is not yours, move it away.`),
    );
    running = { asked, id, takeBack };
    channel ??= started();
    const message: TraceAsked = { id, question: asked.question, params: asked.params };
    channel.send(message);
  }

  return {
    ask: <Q extends TraceQuestion>(question: Q, params: ParamsOf<Q>) =>
      new Promise<AnswerOf<Q>>((resolve, reject) => {
        if (closed) {
          reject(new UserError("The editor is closing."));
          return;
        }
        const answered = (given: unknown): void => {
          const { data } = traceQuestions[question].answer.safeParse(given);
          if (data !== undefined) resolve(data);
          else reject(new UserError(`The process that reads traces did not answer "${question}".`));
        };
        waiting.push({ question, params, resolve: answered, reject });
        goOn();
      }),
    close() {
      closed = true;
      for (const { reject } of waiting.splice(0)) reject(new UserError("The editor is closing."));
      running?.takeBack();
      running?.asked.reject(new UserError("The editor is closing."));
      running = null;
      if (resting !== null) clearTimeout(resting);
      end();
    },
  };
}
