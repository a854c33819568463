/** `fetch` of a reward: its process reaches no network, so the supervisor asks for it, where the recipe names the host. */
import {
  fetchLimits,
  type FetchAnswer,
  type FetchRequest,
  type FromRewardProcess,
  type ToRewardProcess,
} from "../protocol/rewards";
import { amount } from "../shared/amount";
import { messageOf } from "../shared/user-error";

/** Statuses whose responses must not have a body. */
const bodyless = new Set([101, 103, 204, 205, 304]);

function responseOf({ url, redirected, status, statusText, headers, body }: FetchAnswer): Response {
  const bytes = body === null || bodyless.has(status) ? null : Buffer.from(body, "base64");
  const response = new Response(bytes, { status, statusText, headers });
  Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
  return response;
}

/** Throws a TypeError where the supervisor would not look at it. */
function checkLimits({ url, method, headers }: Omit<FetchRequest, "body" | "redirect">, bytes: number): void {
  const over = (most: number, what: string, count: number, here: string): void => {
    if (count > most) throw new TypeError(`fetch takes ${what.replace("#", amount(most))}; ${here} ${amount(count)}.`);
  };
  over(fetchLimits.url, "addresses of at most # characters", url.length, "this one has");
  over(fetchLimits.method, "methods of at most # characters", method.length, "this one has");
  over(fetchLimits.headers, "at most # headers", headers.length, "this request has");
  over(fetchLimits.body, "bodies of at most # bytes", bytes, "this one has");
}

export interface BrokeredFetch {
  /** As the `fetch` of the web; rejects with a TypeError that says why. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Takes the supervisor's answers. */
  readonly fetched: (message: Extract<ToRewardProcess, { type: "fetched" }>) => void;
}

export function brokeredFetch(say: (message: FromRewardProcess) => void): BrokeredFetch {
  const waiting = new Map<number, PromiseWithResolvers<FetchAnswer>>();
  let last = 0;
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const { url, method, redirect, signal } = request;
      signal.throwIfAborted();
      const headers = [...request.headers];
      const bytes = request.body === null ? null : Buffer.from(await request.arrayBuffer());
      checkLimits({ url, method, headers }, bytes?.length ?? 0);
      const id = ++last;
      const answer = Promise.withResolvers<FetchAnswer>();
      const abort = (): void => {
        say({ type: "fetch-abort", id });
        answer.reject(signal.reason as Error);
      };
      signal.throwIfAborted();
      signal.addEventListener("abort", abort, { once: true });
      waiting.set(id, answer);
      const body = bytes?.toString("base64") ?? null;
      say({ type: "fetch", id, request: { url, method, headers, body, redirect } });
      try {
        return responseOf(await answer.promise);
      } catch (error) {
        if (signal.aborted) throw error;
        // Made here, so that it has the place in the reward.
        throw new TypeError(messageOf(error));
      } finally {
        waiting.delete(id);
        signal.removeEventListener("abort", abort);
      }
    },
    fetched({ id, answer, message }) {
      if (answer === null) waiting.get(id)?.reject(new Error(message ?? "There is no answer."));
      else waiting.get(id)?.resolve(answer);
    },
  };
}
