/** The page's end of the conversation with the extension host: it asks, the host answers under the same id. */
import type { HostMessage, PageRequest, PageResults } from "../../server/protocol/webviews";
import { hostMessageSchema, resultSchemas } from "./messages";

/** What VS Code gives a webview page. */
export interface HostPort {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

type Question<Type extends PageRequest["type"]> = Omit<Extract<PageRequest, { type: Type }>, "type" | "id">;
type Show = Extract<HostMessage, { type: "show" }>;
type Reply = Extract<HostMessage, { type: "reply" }>;

export interface Client {
  /** Rejects with a message for people: the host's own, or that the host does not answer. */
  ask<Type extends PageRequest["type"]>(type: Type, question: Question<Type>): Promise<PageResults[Type]>;
}

export interface Hints {
  /** Something about runs changed. */
  readonly changed: () => void;
  /** A command asks for this place. */
  readonly show: (place: Show) => void;
}

/** A page that waits for ever looks like an empty one; past this it says that nobody answers. */
const patienceMilliseconds = 30_000;

/** Connects to the host; `listen` subscribes to what the host posts. */
export function connect(port: HostPort, listen: (receive: (message: unknown) => void) => void, hints: Hints): Client {
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;

  listen((data) => {
    const parsed = hostMessageSchema.safeParse(data);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.type) {
      case "changed":
        hints.changed();
        break;
      case "show":
        hints.show(message);
        break;
      case "reply": {
        const resolve = waiting.get(message.id);
        waiting.delete(message.id);
        resolve?.(message);
        break;
      }
    }
  });

  return {
    ask: (type, question) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error("The extension does not answer. Try again, or reload the window."));
        }, patienceMilliseconds);
        waiting.set(id, (reply) => {
          clearTimeout(timer);
          if (!reply.ok) {
            reject(new Error(reply.message));
            return;
          }
          const result = resultSchemas[type].safeParse(reply.result);
          if (result.success) resolve(result.data);
          else reject(new Error(`The answer to “${type}” is not as expected: ${firstIssue(result.error.issues)}`));
        });
        port.postMessage({ ...question, type, id });
      }),
  };
}

function firstIssue(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const issue = issues[0];
  return issue === undefined ? "unknown problem" : `${issue.path.map(String).join(".")}: ${issue.message}`;
}
