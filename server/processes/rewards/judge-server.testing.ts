/** A server that answers as one with OpenAI's chat completions does, and as such servers fail: for tests, on the loopback. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface AskedOfJudge {
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  } & Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  /** Milliseconds of `performance`. */
  readonly at: number;
}

export interface SaidByJudge {
  /** 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What its model says. */
  readonly text?: string;
  /** In place of a chat completion. */
  readonly body?: string;
  /** Milliseconds before it answers. */
  readonly delay?: number;
  /** Tokens; null: it does not say. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

export interface JudgeServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly endpoint: string;
  /** All requests so far. */
  readonly asked: readonly AskedOfJudge[];
  /** Most that were open at the same time. */
  readonly most: () => number;
  close(): void;
}

/** What stands in the data parts of a question, by their titles. */
export function partsOf({ body }: AskedOfJudge): Record<string, string> {
  const data = body.messages.find(({ role }) => role === "user")?.content ?? "";
  return Object.fromEntries(
    [...data.matchAll(/^<(data-[0-9a-f]{16}) ([^>\n]+)>\n([^]*?)\n<\/\1>$/gm)].map(([, , title, text]) => [
      title!,
      text!,
    ]),
  );
}

export const scoreText = (score: number, reason = "because"): string => JSON.stringify({ reason, score });
export const winnerText = (winner: string, reason = "because"): string => JSON.stringify({ reason, winner });

/** `answer` is given each request and its number, from 1. */
export async function judgeServer(answer: (asked: AskedOfJudge, number: number) => SaidByJudge): Promise<JudgeServer> {
  const asked: AskedOfJudge[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    open++;
    most = Math.max(most, open);
    response.once("close", () => open--);
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      const one: AskedOfJudge = {
        body: JSON.parse(Buffer.concat(parts).toString("utf8")) as AskedOfJudge["body"],
        headers: request.headers,
        path: request.url ?? "",
        at: performance.now(),
      };
      asked.push(one);
      const { status = 200, headers = {}, text = "", body, delay = 0, usage } = answer(one, asked.length);
      const said =
        body ??
        JSON.stringify({
          choices: [{ message: { role: "assistant", content: text }, finish_reason: "stop" }],
          ...(usage === null ? {} : { usage: usage ?? { prompt_tokens: 100, completion_tokens: 10 } }),
        });
      setTimeout(() => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(said);
      }, delay);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    endpoint: `http://${host}/v1`,
    asked,
    most: () => most,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
