/**
 * What a prompt already wrote of the completion: chat templates of reasoning models end with `<think>`, or with an empty thinking where it is
 * switched off. The model goes on from there, so that its own tokens lack the opening tag; as text, a completion has it.
 */
import { reasoningTokens } from "../shared/reasoning-tags";
import type { Tokenizer } from "./tokenizer";

/** Tokens in which the beginning would stand, where every character is one. */
const longest = 64;

/** The end of a prompt's text that belongs to the completion; "": none does. */
export function begunByText(prompt: string): string {
  const text = prompt.slice(-longest);
  const tokens = reasoningTokens(text);
  const open = tokens.findLast(({ kind }) => kind === "open");
  if (!open) return "";
  return begins(text.slice(open.start)) ? text.slice(open.start) : "";
}

/** Whether a text is an opening tag, perhaps with its closing one, and nothing else. */
function begins(text: string): boolean {
  const [open, close, ...more] = reasoningTokens(text);
  if (open?.kind !== "open" || more.length > 0) return false;
  const rest = text.slice(0, open.start) + text.slice(open.end, close?.start) + (close ? text.slice(close.end) : "");
  return rest.trim() === "" && (close === undefined || (close.kind === "close" && close.family === open.family));
}

/** The same of a prompt's token ids. */
export const begunBy = (tokenizer: Pick<Tokenizer, "decode">, prompt: readonly number[]): string =>
  begunByText(tokenizer.decode(prompt.slice(-longest)));

/** What may have been begun by a prompt at the start of a completion, as text alone shows it. */
export function begunAtStart(completion: string): string {
  const start = completion.slice(0, 2 * longest);
  const [open, close] = reasoningTokens(start);
  if (open?.kind !== "open" || open.start > 0) return "";
  const space = (from: number): number => from + /^\s*/.exec(start.slice(from))![0].length;
  const end = space(open.end);
  const isEmpty = close?.kind === "close" && close.family === open.family && close.start === end;
  return start.slice(0, isEmpty ? space(close.end) : end);
}

/** Text of sampled tokens, from where the completion begins: special tokens left out. */
export const completionText = (
  tokenizer: Pick<Tokenizer, "decode">,
  { prompt, completion }: { readonly prompt: readonly number[]; readonly completion: ArrayLike<number> },
): string => begunBy(tokenizer, prompt) + tokenizer.decode(completion);

/** A completion that somebody brought, with what the prompt wrote of it: the same whether it has the opening tag of its own or not. */
export function withBegun(begun: string, completion: string): string {
  return begun === "" || ownBeginning(begun, completion) !== null ? completion : begun + completion;
}

/** What is left to write of a completion behind a prompt that began it: no tag is written twice. */
export function behindBegun(begun: string, completion: string): string {
  if (completion.startsWith(begun)) return completion.slice(begun.length);
  const own = ownBeginning(begun, completion);
  if (own === null) return completion;
  const rest = completion.slice(own.length);
  const [written = ""] = /\s*$/.exec(begun) ?? [];
  let shared = 0;
  while (shared < written.length && rest[shared] === written[shared]) shared++;
  return rest.slice(shared);
}

/** The tags of `begun` at the start of a completion, white space before and between them aside; null: they are not there. */
function ownBeginning(begun: string, completion: string): string | null {
  let at = 0;
  const skipSpace = (): void => {
    while (/\s/.test(completion[at] ?? "")) at++;
  };
  for (const { start, end } of reasoningTokens(begun)) {
    const tag = begun.slice(start, end);
    skipSpace();
    if (!completion.startsWith(tag, at)) return null;
    at += tag.length;
  }
  return completion.slice(0, at);
}
