/** The process that holds a checkpoint to talk to, from the language server's side. */
import { dirname } from "node:path";
import { fromPlaygroundSchema, type FromPlayground, type ToPlayground } from "../protocol/playground";
import { largeMessages } from "../shared/message-lines";
import { readMessage } from "../shared/read-message";
import { UserError } from "../shared/user-error";
import { startWithChannel } from "./child-channel";
import { playgroundScript, type Installation } from "./installation";
import { memoryEndText, watchMemoryEnds } from "./out-of-memory";
import { closedToDebuggers } from "./runtime";
import { endWithUs } from "./watchdog";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type PlaygroundQuestion = Exclude<Without<ToPlayground, "id">, { readonly type: "stop" }>;

export interface PlaygroundChild {
  /** Each message that answers the question is heard; the promise ends with the last. Rejects with an Error for people. `signal`: nobody wants more of it. */
  ask(question: PlaygroundQuestion, hear: (message: FromPlayground) => void, signal?: AbortSignal): Promise<void>;
  /** Whether the process is gone. */
  ended(): boolean;
  kill(): void;
}

interface Open {
  readonly hear: (message: FromPlayground) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const isLast = (message: FromPlayground): boolean => message.type !== "drawn" || message.done;

export function startPlayground(installation: Installation, log: (text: string) => void): PlaygroundChild {
  const script = playgroundScript(installation);
  const memoryEnd = watchMemoryEnds();
  const open = new Map<number, Open>();
  let lastId = 0;
  let over: string | null = null;
  let lastWords = "";
  let why: string | null = null;
  const channel = startWithChannel(
    {
      execPath: process.execPath,
      args: ["--disable-warning=ExperimentalWarning", ...closedToDebuggers, script],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      cwd: dirname(script),
    },
    largeMessages,
    {
      message(data) {
        const message = readMessage(fromPlaygroundSchema, data);
        const asked = message && open.get(message.id);
        if (!message || !asked) return;
        if (isLast(message)) open.delete(message.id);
        if (message.type === "failed") {
          asked.reject(new UserError(message.message));
          return;
        }
        asked.hear(message);
        if (isLast(message)) asked.resolve();
      },
      odd: (what) => log(`The checkpoint's process sent a message that ${what}.`),
      killed: (how) => (why = how),
      printed: (chunk, stream) => {
        const text = chunk.toString("utf8");
        if (stream === "stderr") lastWords = (lastWords + text).slice(-2000);
        log(text.slice(0, 1000).trimEnd());
      },
    },
  );
  const gone = (how: string, signal: string | null): void => {
    const memory = memoryEndText[why === null ? memoryEnd({ signal, lastWords }) : "no"];
    over ??= [`The process that held the checkpoint ended (${why ?? how}).`, memory, lastWords.trim()]
      .filter(Boolean)
      .join(" ");
    for (const { reject } of open.values()) reject(new UserError(over));
    open.clear();
  };
  endWithUs(channel.child, script);
  channel.child.on("error", (error) => gone(error.message, null));
  channel.child.on("close", (code, signal) =>
    gone(signal === null ? `exit code ${String(code)}` : `signal ${signal}`, signal),
  );
  return {
    ask: (question, hear, signal) =>
      new Promise<void>((resolve, reject) => {
        if (over !== null) {
          reject(new UserError(over));
          return;
        }
        const id = ++lastId;
        open.set(id, { hear, resolve, reject });
        channel.send({ ...question, id } satisfies ToPlayground);
        signal?.addEventListener("abort", () => channel.send({ type: "stop", id } satisfies ToPlayground));
      }),
    ended: () => over !== null,
    kill() {
      over ??= "Another checkpoint was opened.";
      channel.child.kill("SIGKILL");
    },
  };
}
