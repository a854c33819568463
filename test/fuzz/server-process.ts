/** A language server of the built product, spoken to as an editor does. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import { unfitForPeople } from "./rounds";

const incoming = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const logged = z.object({ type: z.number(), message: z.string() });

export type Answer =
  { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

export interface ServerProcess {
  readonly pid: number | undefined;
  /** How it ended; null while it lives. */
  readonly ended: string | null;
  /** What it said of itself that it should not; each once. */
  takeFaults(): string[];
  notify(method: string, params: unknown): void;
  /** Null once it is gone, or no answer came for so long. `id` cancels it. */
  ask(
    method: string,
    params: unknown,
    seconds: number,
  ): { readonly id: number; readonly answer: Promise<Answer | null> };
  kill(): void;
}

/** Megabytes of heap: what grows without bound ends it. */
const heap = 1024;

/** `answers`: what the editor says to what the server asks of it. */
export function startServer(dist: string, temporary: string, answers: (method: string) => unknown): ServerProcess {
  const child: ChildProcess = fork(join(dist, "server.js"), ["--node-ipc"], {
    execArgv: [`--max-old-space-size=${heap}`, "--disable-warning=ExperimentalWarning"],
    cwd: temporary,
    env: {
      ...process.env,
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
      REASONING_LAB_ENGINES: join(temporary, "engines"),
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const waiting = new Map<number, (answer: Answer | null) => void>();
  let ended: string | null = null;
  let lastWords = "";
  let lastId = 0;
  const faults = new Set<string>();
  const end = (why: string): void => {
    ended ??= why;
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  };
  const send = (message: object): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  /** The library's own words of a message of the protocol that is none: an editor sends none such. */
  const ofProtocol = /^(?:Notification|Request)(?: handler)? '?(?:textDocument|workspace|\$)/;
  child.on("message", (data) => {
    const { id, method, params, result, error } = incoming.parse(data);
    if (method === undefined) {
      const resolve = waiting.get(Number(id));
      waiting.delete(Number(id));
      resolve?.(error === undefined ? { result } : { error });
    } else if (id !== undefined) send({ jsonrpc: "2.0", id, result: answers(method) ?? null });
    else if (method === "window/logMessage") {
      const said = logged.safeParse(params);
      // A feature that failed says so with its stack, and the server goes on: that it failed is a fault all the same.
      if (said.success && !ofProtocol.test(said.data.message) && unfitForPeople(said.data.message) !== null)
        faults.add(said.data.message);
    }
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-3000)));
  child.on("error", (error) => end(error.message));
  child.on("close", (code, signal) => end(`It ended (${signal ?? `exit code ${String(code)}`}).\n${lastWords}`));
  return {
    pid: child.pid,
    get ended() {
      return ended;
    },
    takeFaults() {
      const taken = [...faults];
      faults.clear();
      return taken;
    },
    notify: (method, params) => send({ jsonrpc: "2.0", method, params }),
    ask(method, params, seconds) {
      const id = ++lastId;
      const answer = new Promise<Answer | null>((resolve) => {
        if (ended !== null) {
          resolve(null);
          return;
        }
        const timer = setTimeout(() => {
          waiting.delete(id);
          resolve(null);
        }, seconds * 1000);
        waiting.set(id, (given) => {
          clearTimeout(timer);
          resolve(given);
        });
        send({ jsonrpc: "2.0", id, method, params });
      });
      return { id, answer };
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
