/** One request to a judge: sent, timed, its reply read. */
import * as z from "zod";
import type { ChatMessage } from "../../protocol/conversation";
import type { JudgeQuestion, JudgeSettings } from "../../protocol/judges";
import { longestWait } from "../../rewards/call-limits";
import { requestBody } from "../../judges/messages";
import { parseBoundedJson } from "../../shared/bounded-json";
import { ownTime } from "../../shared/running-time";
import { messageOf, UserError } from "../../shared/user-error";
import type { AskEditorModel } from "./editor-models";
import { keyFor, type KeyUse } from "./judge-keys";
import { guessedUsage, type Usage } from "./judge-budget";
import { allowedUrl, fetchForReward, HostClosed } from "./reward-fetch";

/** What a reward's judges may use. */
export interface JudgeRights extends KeyUse {
  readonly hosts: readonly string[];
}

export type CallResult =
  | { readonly kind: "reply"; readonly text: string; readonly usage: Usage; readonly guessed: boolean }
  /** `again`: whether another try may do better; `after`: seconds that the server wants to be left alone. */
  | { readonly kind: "failed"; readonly message: string; readonly again: boolean; readonly after: number };

const failed = (message: string, again: boolean, after = 0): CallResult => ({ kind: "failed", message, again, after });

/** Characters of what a server says that are shown. */
const shown = 300;
export const excerpt = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > shown ? `${line.slice(0, shown)}…` : line === "" ? "(nothing)" : line;
};

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().nonnegative(), completion_tokens: z.number().nonnegative() }).nullish(),
});

/** Statuses that pass. */
const passing = new Set([408, 409, 425, 429]);

/** `Retry-After`, in seconds or as a date; 0 without. */
export function retryAfter(header: string | undefined, now = Date.now()): number {
  if (header === undefined) return 0;
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(longestWait, Math.max(0, seconds)) : 0;
}

/** `…/v1` to `…/v1/chat/completions`. */
export const completionsUrl = (endpoint: string): string =>
  endpoint.endsWith("/chat/completions") ? endpoint : `${endpoint.replace(/\/+$/, "")}/chat/completions`;

function readCompletion(body: string, asked: number): CallResult {
  let value: unknown;
  try {
    value = parseBoundedJson(body, { depth: 30, values: 200_000 });
  } catch {
    return failed(`its answer is no JSON: ${excerpt(body)}`, true);
  }
  const parsed = completionSchema.safeParse(value);
  if (!parsed.success) return failed(`its answer is no chat completion: ${excerpt(body)}`, false);
  const { choices, usage } = parsed.data;
  const { content, refusal } = choices[0]!.message;
  const text = content ?? refusal ?? "";
  return {
    kind: "reply",
    text,
    usage: usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : guessedUsage(asked, text.length),
    guessed: !usage,
  };
}

async function callServer(
  endpoint: string,
  judge: JudgeSettings,
  body: string,
  rights: JudgeRights,
  signal: AbortSignal,
): Promise<CallResult> {
  let url: URL;
  try {
    url = allowedUrl(completionsUrl(endpoint), rights.reward, rights.hosts);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`"endpoint" is no address: ${endpoint}`);
  }
  const key = judge.key === null ? null : keyFor(judge.key, url, rights);
  const {
    status,
    headers,
    body: said,
  } = await fetchForReward(
    {
      url: url.href,
      method: "POST",
      headers: [
        ["content-type", "application/json"],
        ...(key === null ? [] : [["authorization", `Bearer ${key}`] as [string, string]]),
      ],
      body: Buffer.from(body).toString("base64"),
      redirect: "follow",
    },
    { reward: rights.reward, hosts: rights.hosts, hold: () => undefined },
    signal,
  );
  const text = said === null ? "" : Buffer.from(said, "base64").toString("utf8");
  if (status >= 200 && status < 300) return readCompletion(text, body.length);
  const after = retryAfter(headers.find(([name]) => name.toLowerCase() === "retry-after")?.[1]);
  const hint =
    status === 400 && judge.reply_format !== "none" && /response_format|json_schema/i.test(text)
      ? ' Does the server know "response_format"? If not, set reply_format: "none".'
      : "";
  return failed(`it answered ${status}: ${excerpt(text)}${hint}`, passing.has(status) || status >= 500, after);
}

/** Throws an Error for people where another try makes no difference: a host that is closed, a key that is missing. */
export async function callJudge(
  judge: JudgeSettings,
  question: JudgeQuestion,
  messages: readonly ChatMessage[],
  { rights, editor }: { readonly rights: JudgeRights; readonly editor: AskEditorModel | null },
): Promise<CallResult> {
  const late = new AbortController();
  const tooLong = `it took longer than ${judge.timeout} s`;
  const takeBack = ownTime.after(judge.timeout * 1000, () => late.abort(new UserError(tooLong)));
  try {
    if (judge.endpoint !== null)
      return await callServer(
        judge.endpoint,
        judge,
        JSON.stringify(requestBody(judge, question, messages)),
        rights,
        late.signal,
      );
    if (editor === null)
      throw new HostClosed(
        `${judge.model} is a model of the editor, and none is there: name an "endpoint" for runs and scorings in a terminal.`,
      );
    const asked = messages.reduce((sum, { content }) => sum + content.length, 0);
    const text = await editor(judge.model.replace(/^vscode:/, ""), messages, late.signal);
    return { kind: "reply", text, usage: guessedUsage(asked, text.length), guessed: true };
  } catch (error) {
    if (late.signal.aborted) return failed(tooLong, true);
    if (judge.endpoint === null || error instanceof HostClosed || isRefusal(error)) throw error;
    return failed(messageOf(error), true);
  } finally {
    takeBack();
  }
}

/** What a person has to mend. */
const isRefusal = (error: unknown): boolean => error instanceof UserError && !/^fetch of /.test(error.message);
