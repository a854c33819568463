/**
 * A budget for thinking: where a completion has thought so many tokens and has not closed its thinking, what closes it stands next, in place of drawn
 * tokens. As vLLM's `thinking_token_budget`, and budget forcing of s1 (Muennighoff et al. 2025, arXiv 2501.19393, section 3.1).
 */
import { begunBy } from "../models/begun";
import type { Tokenizer } from "../models/tokenizer";
import { UserError } from "../shared/user-error";
import { reasoningTags, reasoningTokens, type ReasoningToken } from "../shared/reasoning-tags";
import { lengthWhere } from "./stop-strings";

type Reader = Pick<Tokenizer, "decode" | "decodeAll" | "encode">;

export interface ThinkingBudget {
  /** Most tokens of a thinking, behind its opening tag. */
  readonly thinking_token_budget?: number | undefined;
  /** What closes a thinking that has reached it. Unset: the closing tag, and `<answer>` where the model has a token for it. */
  readonly reasoning_end_str?: string | undefined;
}

/** Which thinking is closed, and the tokens that close it. */
export interface ThinkingEnd {
  readonly family: string;
  readonly ids: readonly number[];
}

/** The tags that the prompt begins, else the first that the model has tokens for, else `<think>`. */
function tagsOf(tokenizer: Reader, prompt: readonly number[]): readonly [open: string, close: string] {
  const begun = reasoningTokens(begunBy(tokenizer, prompt)).find(({ kind }) => kind === "open");
  return (
    reasoningTags.find(([open]) => open === begun?.family) ??
    reasoningTags.find(([open, close]) => isToken(tokenizer, open) && isToken(tokenizer, close)) ??
    reasoningTags[0]!
  );
}

const isToken = (tokenizer: Reader, text: string): boolean => encoded(tokenizer, text)?.length === 1;

/** Throws an Error for people where the model cannot write what closes a thinking. `prompt`: token ids of one as the stage asks. */
export function thinkingEnd(
  tokenizer: Reader,
  { reasoning_end_str }: Pick<ThinkingBudget, "reasoning_end_str">,
  prompt: readonly number[],
): ThinkingEnd {
  const [family, close] = tagsOf(tokenizer, prompt);
  const text = reasoning_end_str ?? `${close}${isToken(tokenizer, "<answer>") ? "<answer>" : ""}`;
  if (!closes(text, family))
    throw new UserError(
      `reasoning_end_str ${JSON.stringify(text)} does not close the thinking of this model, which begins with ${family}: put ${close} into it.`,
    );
  const ids = encoded(tokenizer, text);
  if (ids === null)
    throw new UserError(
      `The model cannot close a thinking: it has no tokens for ${JSON.stringify(text)}. Leave thinking_token_budget out, or write what it knows.`,
    );
  return { family, ids };
}

/** Null where the model cannot write a text as it stands: a character of it is unknown. */
function encoded({ encode, decodeAll }: Reader, text: string): number[] | null {
  try {
    const ids = encode(text);
    return decodeAll(ids).trim() === text.trim() ? ids : null;
  } catch {
    return null;
  }
}

const closes = (text: string, family: string): boolean =>
  reasoningTokens(text).some((token) => token.kind === "close" && token.family === family);

/** Completions whose thinking is watched: `tokensOf` gives the tokens so far, none where one has not begun. */
export interface Watched {
  readonly sequences: number;
  readonly samples: number;
  readonly tokensOf: (sequence: number) => Int32Array;
  readonly hasEnded: (sequence: number) => boolean;
}

export interface BudgetWatch {
  /** Tokens that may be drawn of each completion before it has to be looked at. */
  readonly rounds: () => number;
  /** Completions in which the end stands next. */
  readonly look: () => readonly number[];
  /** Where it stands in a completion; −1: nowhere. */
  readonly insertedAt: (sequence: number) => number;
}

/** @param prompts token ids, by group. Each completion is looked at exactly where its budget may end, so that the pieces of its drawing do not matter. */
export function budgetWatch(
  tokenizer: Pick<Tokenizer, "decode">,
  budget: number,
  { family }: ThinkingEnd,
  prompts: readonly (readonly number[])[],
  drawing: Watched,
): BudgetWatch {
  const begun = prompts.map((prompt) => begunBy(tokenizer, prompt));
  /** Length at which a completion is looked at next. */
  const next = new Float64Array(drawing.sequences).fill(budget);
  const inserted = new Int32Array(drawing.sequences).fill(-1);

  /** Whether a thinking of a completion's first tokens has come to its budget. Says when to look again, where it has not. */
  const isSpent = (sequence: number, tokens: Int32Array): boolean => {
    const before = begun[Math.floor(sequence / drawing.samples)]!;
    const tagsIn = (length: number): ReasoningToken[] =>
      reasoningTokens(before + tokenizer.decode(tokens.subarray(0, length))).filter((token) => token.family === family);
    const isOpen = (tags: readonly ReasoningToken[]): boolean => tags.some(({ kind }) => kind === "open");
    const tags = tagsIn(tokens.length);
    const open = tags.findIndex(({ kind }) => kind === "open");
    if (open < 0) {
      // The next token may open one.
      next[sequence] = tokens.length + budget;
      return false;
    }
    if (tags.slice(open).some(({ kind }) => kind === "close")) {
      next[sequence] = Infinity;
      return false;
    }
    const opened = isOpen(tagsIn(0)) ? 0 : lengthWhere(tokens.length, (length) => isOpen(tagsIn(length)));
    next[sequence] = opened + budget;
    return tokens.length >= opened + budget;
  };

  return {
    rounds() {
      let rounds = Infinity;
      for (let sequence = 0; sequence < drawing.sequences; sequence++) {
        if (next[sequence] === Infinity || drawing.hasEnded(sequence)) continue;
        // One that waits may get a token more than there are rounds.
        rounds = Math.min(rounds, next[sequence]! - Math.max(1, drawing.tokensOf(sequence).length));
      }
      return Math.max(1, rounds);
    },
    look() {
      const spent: number[] = [];
      for (let sequence = 0; sequence < drawing.sequences; sequence++) {
        const tokens = drawing.tokensOf(sequence);
        if (tokens.length < next[sequence]! || drawing.hasEnded(sequence) || !isSpent(sequence, tokens)) continue;
        next[sequence] = Infinity;
        inserted[sequence] = tokens.length;
        spent.push(sequence);
      }
      return spent;
    },
    insertedAt: (sequence) => inserted[sequence]!,
  };
}
