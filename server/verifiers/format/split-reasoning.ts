/** Where a completion thinks and where it answers. */
import { reasoningTags, reasoningTokens, type ReasoningTag, type ReasoningToken } from "../../shared/reasoning-tags";
import { fencedBlocks, isWithin, type FencedBlock } from "./fences";

export interface ReasoningOptions {
  /** Opening and closing tags of thinking, in place of those that are known (docs/rewards.md lists them). Case does not matter. */
  readonly reasoningTags?: readonly ReasoningTag[];
}

/** The parts of a completion in the R1 form `<think>…</think><answer>…</answer>`. */
export interface SplitReasoning {
  /** Text between the first `<think>` (or another tag of thinking) and its end; before a lone end, all text: there the prompt has begun it. Else null. */
  readonly thinking: string | null;
  /** Text of the last closed `<answer>` after the thinking; null without one. */
  readonly answer: string | null;
  /**
   * The whole completion is one thinking in `<think>` (or the tags that are given) and one answer, white space between and around aside, with no further
   * tag in either.
   */
  readonly wellFormed: boolean;
}

/** Where a thinking stands, its tags aside, and where it stands with them. */
export interface ThinkingSpan {
  readonly start: number;
  readonly end: number;
  readonly outerStart: number;
  readonly outerEnd: number;
}

/** The first thinking that is closed; null: there is none. */
export function thinkingSpan(completion: string, options: ReasoningOptions = {}): ThinkingSpan | null {
  const all = reasoningTokens(completion, options.reasoningTags);
  const own = all.filter(({ family }) => family === "<think>");
  const tokens = own.some(({ kind }) => kind === "open") ? own : all;
  const open = tokens.find(({ kind }) => kind === "open");
  if (!open) {
    const lone = tokens.find(({ kind }) => kind === "close");
    return lone ? { start: 0, end: lone.start, outerStart: 0, outerEnd: lone.end } : null;
  }
  const close = tokens.find(
    ({ kind, family, start }) => kind === "close" && family === open.family && start >= open.end,
  );
  return close ? { start: open.end, end: close.start, outerStart: open.start, outerEnd: close.end } : null;
}

const answerTags = ["<answer>", "</answer>"] as const;

/** Splits a completion by scanning for the tags: linear in its length, whatever it holds. */
export function splitReasoning(completion: string, options: ReasoningOptions = {}): SplitReasoning {
  const span = thinkingSpan(completion, options);
  const after = span?.outerEnd ?? 0;
  const answerClose = completion.lastIndexOf("</answer>");
  const answerOpen = answerClose < 0 ? -1 : completion.lastIndexOf("<answer>", answerClose - 1);
  const answered = answerOpen >= after && answerClose >= answerOpen + 8;
  const thinking = span && completion.slice(span.start, span.end);
  const answer = answered ? completion.slice(answerOpen + 8, answerClose) : null;
  const tags = options.reasoningTags ?? reasoningTags.slice(0, 1);
  const all = [...tags.flat(), ...answerTags];
  const hasTag = (text: string): boolean => all.some((tag) => text.includes(tag));
  const wellFormed =
    span !== null &&
    thinking !== null &&
    answer !== null &&
    tags.some(
      ([open, close]) =>
        completion.slice(span.outerStart, span.start) === open && completion.slice(span.end, span.outerEnd) === close,
    ) &&
    !hasTag(thinking) &&
    !hasTag(answer) &&
    completion.slice(0, span.outerStart).trim() === "" &&
    completion.slice(after, answerOpen).trim() === "" &&
    completion.slice(answerClose + 9).trim() === "";
  return { thinking, answer, wellFormed };
}

const quotes = new Set(['"', "'", "`", "“", "”", "‘", "’", "«", "»"]);

/** Whether a tag is spoken of: it stands in quotation marks, or is called a tag; an opening one also behind words that no thinking begins after. */
function isMention(text: string, { start, end, kind }: ReasoningToken): boolean {
  if (quotes.has(text[start - 1] ?? "") && quotes.has(text[end] ?? "")) return true;
  if (/^\s(?:tags?|tokens?|blocks?|markers?|elements?|sections?)\b/.test(text.slice(end, end + 12))) return true;
  return (
    kind === "open" &&
    /\b(?:the|an|use|using|with|inside|between|called|named)[ \t]$/i.test(text.slice(Math.max(0, start - 10), start))
  );
}

/** Closing tags in code that are looked at: each costs a pass over what is behind it. */
const mostLookedAt = 8;

/**
 * The last closing tag that ends a thinking. In a block of code a tag is the program's, unless the block only seems to be one: where a thinking left a
 * fence open, all blocks behind the tag are whole.
 */
function lastClose(text: string, tokens: readonly ReasoningToken[], blocks: readonly FencedBlock[]): number {
  let looked = 0;
  for (const { kind, start, end } of tokens.toReversed()) {
    if (kind !== "close") continue;
    if (!isWithin(blocks, start)) return end;
    if (looked++ < mostLookedAt && fencedBlocks(text.slice(end)).every(({ closed }) => closed)) return end;
  }
  return -1;
}

/**
 * What a completion says behind its reasoning: behind the last closing tag. Empty where a thinking never ends: it has no answer. Tags in blocks of
 * code, and those that a sentence speaks of, are text. Linear in the completion's length.
 */
export function afterReasoning(completion: string, options: ReasoningOptions = {}): string {
  const tokens = reasoningTokens(completion, options.reasoningTags).filter((token) => !isMention(completion, token));
  if (tokens.length === 0) return completion;
  const end = Math.max(0, lastClose(completion, tokens, fencedBlocks(completion)));
  const rest = completion.slice(end);
  const opened = tokens.filter(({ kind, start }) => kind === "open" && start >= end);
  if (opened.length > 0) {
    const blocks = fencedBlocks(rest);
    if (opened.some(({ start }) => !isWithin(blocks, start - end))) return "";
  }
  return rest.replace(/(?:\s*<\|(?:return|end|endoftext|im_end|end_of_solution|END_RESPONSE)\|>)+\s*$/, "");
}
