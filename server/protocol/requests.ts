/** How the methods of `methods.ts` are asked and answered over a JSON-RPC connection, whatever carries it: names on the wire, parsing, cancelling. */
import type {
  CancellationToken,
  DataCallback,
  Disposable,
  Message,
  MessageReader,
  MessageWriter,
} from "vscode-jsonrpc";
import * as z from "zod";
import { methods, type Given, type Handlers, type Method, type Params, type Result } from "./methods";
import { messageOf, UserError } from "../shared/user-error";

/** How a method is called on the wire, where methods of the language server protocol are called beside it. */
export const wireName = (method: Method): string => `lab/${method}`;

const noEvent = (): Disposable => ({ dispose: () => undefined });

/** A connection's two ends on something that carries whole messages, such as the port of a page. Nothing is said any more once they are disposed of. */
export function portEnds(
  post: (message: unknown) => void,
  listen: (hear: (message: unknown) => void) => void,
): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  let open = true;
  const dispose = (): void => void (open = false);
  return {
    reader: {
      onError: noEvent,
      onClose: noEvent,
      onPartialMessage: noEvent,
      dispose,
      listen(take: DataCallback): Disposable {
        listen((message) => {
          if (open && typeof message === "object" && message !== null) take(message as Message);
        });
        return { dispose };
      },
    },
    writer: {
      onError: noEvent,
      onClose: noEvent,
      end: dispose,
      dispose,
      write(message: Message): Promise<void> {
        if (open) post(message);
        return Promise.resolve();
      },
    },
  };
}

function firstIssue({ issues }: z.ZodError): string {
  const issue = issues[0]!;
  return issue.path.length === 0 ? issue.message : `${issue.path.map(String).join(".")}: ${issue.message}`;
}

export type Ask<M extends Method> = <Name extends M>(
  method: Name,
  params: Params<Name>,
  token?: CancellationToken,
) => Promise<Result<Name>>;

/**
 * Sends a request over a connection. Without a token nothing stands in its place: the library takes what is there, undefined or not, for parameters by
 * position.
 */
type Send = (wire: string, ...given: readonly [params: object, token?: CancellationToken]) => Promise<unknown>;

/** Asks by sending; rejects with a sentence for people, also where the answer is not what the method gives. */
export const asking =
  <M extends Method>(send: Send): Ask<M> =>
  async (method, params, token) => {
    const { result } = methods[method];
    if (result === null) throw new Error(`Nobody answers ${method}.`);
    const parsed = result.safeParse(
      await (token ? send(wireName(method), params, token) : send(wireName(method), params)),
    );
    if (parsed.success) return parsed.data as Result<typeof method>;
    throw new Error(`The answer to “${method}” is not as expected: ${firstIssue(parsed.error)}`);
  };

/** What is said without an answer; what is no such message is passed over. */
export const hearing =
  <Name extends Method>(method: Name, hear: (params: Given<Name>) => void) =>
  (said: unknown): void => {
    const parsed = methods[method].params.safeParse(said);
    if (parsed.success) hear(parsed.data as Given<Name>);
  };

const isToken = (value: unknown): value is CancellationToken =>
  typeof value === "object" &&
  value !== null &&
  "onCancellationRequested" in value &&
  typeof value.onCancellationRequested === "function";

/** What a request is given, as the library hands it on: parameters by position one by one, none where there are none, and its token last. */
export function givenToRequest(given: readonly unknown[]): {
  readonly params: unknown;
  readonly token: CancellationToken | undefined;
} {
  const last = given.at(-1);
  const params = given.length > 2 ? given.slice(0, -1) : given.length === 2 ? given[0] : undefined;
  return { params, token: isToken(last) ? last : undefined };
}

/** Characters of a message that who asked is told. */
const longestMessage = 4000;

/** What who asked is told of a request that failed, in words for people. */
export function requestProblem(error: unknown): string {
  if (error instanceof z.ZodError)
    return `The request has other parameters than it takes (${firstIssue(error)}). Are extension and server of the same version? Reload the window.`;
  const message = messageOf(error);
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
}

export interface Answering {
  /** Registers what answers a method of this name. */
  readonly on: (wire: string, answer: (...given: readonly unknown[]) => Promise<unknown>) => void;
  /** What goes back in place of an answer: an error of the connection's library. */
  readonly failed: (method: Method, message: string, error: unknown) => unknown;
  /** Aborts what is being worked on. */
  readonly signal?: AbortSignal;
}

/** Answers methods by their handlers: parameters are parsed, a token that cancels aborts, and what is thrown goes back as a sentence. */
export function answering<M extends Method>(
  names: readonly M[],
  handlers: Handlers<M>,
  { on, failed, signal }: Answering,
): void {
  for (const name of names) {
    const handle = handlers[name] as (params: unknown, signal: AbortSignal) => unknown;
    on(wireName(name), async (...given) => {
      const { params, token } = givenToRequest(given);
      const cancel = new AbortController();
      const subscription = token?.onCancellationRequested(() => cancel.abort(new UserError("Cancelled.")));
      try {
        const parsed = methods[name].params.parse(params);
        return await handle(parsed, signal ? AbortSignal.any([cancel.signal, signal]) : cancel.signal);
      } catch (error) {
        return failed(name, requestProblem(error), error);
      } finally {
        subscription?.dispose();
      }
    });
  }
}
