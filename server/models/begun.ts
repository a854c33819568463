/**
 * What a prompt already wrote of the completion: chat templates of reasoning models end with `<think>`, or with an empty thinking where it is
 * switched off. The model goes on from there, so that its own tokens lack the opening tag; as text, a completion has it.
 */
import type { Tokenizer } from "./tokenizer";

const openingAtEnd = /<(think|thinking|thought|reasoning)>\s*(?:<\/\1>\s*)?$/;

/** Tokens in which the beginning would stand, where every character is one. */
const longest = 48;

/** The end of a prompt's text that belongs to the completion; "": none does. */
export const begunByText = (prompt: string): string => openingAtEnd.exec(prompt.slice(-longest))?.[0] ?? "";

/** The same of a prompt's token ids. */
export const begunBy = (tokenizer: Pick<Tokenizer, "decode">, prompt: readonly number[]): string =>
  begunByText(tokenizer.decode(prompt.slice(-longest)));

/** What may have been begun by a prompt at the start of a completion, as text alone shows it. */
export const begunAtStart = (completion: string): string =>
  /^<(think|thinking|thought|reasoning)>\s*(?:<\/\1>\s*)?/.exec(completion)?.[0] ?? "";

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
  for (const [tag] of begun.matchAll(/<[^>]*>/g)) {
    skipSpace();
    if (!completion.startsWith(tag, at)) return null;
    at += tag.length;
  }
  return completion.slice(0, at);
}
