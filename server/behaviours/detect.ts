/** Behaviours of one completion, each with the places that show it. docs/behaviours.md defines them. */
import { splitReasoning, thinkingSpan } from "../verifiers/format/split-reasoning";
import { findAnswers, sameAnswer } from "./find-answers";
import { findClaims, sameNumber } from "./find-claims";
import type { Claim } from "./find-claims";
import { alternativePhrases, backtrackingPhrases, doubtPhrases, findWords, reflectionWords } from "./find-words";
import type { Span } from "./find-words";

export const behaviours = ["reflection", "self-correction", "alternative", "backtracking", "answer-change"] as const;
export type Behaviour = (typeof behaviours)[number];

/** Places in the completion, in the order they stand. */
export type Detected = Readonly<Record<Behaviour, readonly Span[]>>;

export interface WordLists {
  readonly reflection: readonly string[];
  readonly alternative: readonly string[];
  readonly backtracking: readonly string[];
  readonly doubt: readonly string[];
}

export const defaultWordLists: WordLists = {
  reflection: reflectionWords,
  alternative: alternativePhrases,
  backtracking: backtrackingPhrases,
  doubt: doubtPhrases,
};

/** A claim that a later one of the same thing replaces. */
interface Correction extends Span {
  /** Claims between the two: what was built on the first. */
  readonly between: number;
}

/** So many characters before a claim its author's doubt of the earlier one is looked for. */
const doubtReach = 200;

/** What stands between two claims doubts the first: a doubt phrase, or a question mark right after it. */
function isDoubted(text: string, from: Claim, to: Claim, doubt: readonly string[]): boolean {
  const between = text.slice(from.end, to.start);
  return /^\s*\?/.test(between) || findWords(between.slice(-doubtReach), doubt).length > 0;
}

function findCorrections(text: string, claims: readonly Claim[], doubt: readonly string[]): Correction[] {
  const last = new Map<string, number>();
  return claims.flatMap((claim, index): Correction[] => {
    const earlier = last.get(claim.left);
    last.set(claim.left, index);
    if (earlier === undefined) return [];
    const first = claims[earlier]!;
    if (sameNumber(first.right, claim.right) || (!claim.computed && !isDoubted(text, first, claim, doubt))) return [];
    const span = { start: first.start, end: claim.end, text: text.slice(first.start, claim.end) };
    return [{ ...span, between: index - earlier - 1 }];
  });
}

/** The numbers that a computation uses, sorted; null for a labelled step or fewer than three, which are steps of one way, not ways. */
function material({ left, computed }: Claim): string | null {
  if (!computed || /^[a-z]/.test(left)) return null;
  const numbers = left.match(/\d+(?:\.\d+)?/g) ?? [];
  return numbers.length < 3 ? null : numbers.toSorted().join();
}

function findTries(claims: readonly Claim[]): Span[] {
  const seen = new Map<string, Map<string, string>>();
  return claims.flatMap((claim): Span[] => {
    const numbers = material(claim);
    if (numbers === null) return [];
    const tried = seen.get(numbers) ?? new Map<string, string>();
    const isNew =
      tried.size > 0 &&
      !tried.has(claim.left) &&
      ![...tried.values()].some((result) => sameNumber(result, claim.right));
    tried.set(claim.left, claim.right);
    seen.set(numbers, tried);
    return isNew ? [{ start: claim.start, end: claim.end, text: claim.text }] : [];
  });
}

/** Places where the thinking gives another answer than it gave before, and where the answer given at the end is another. */
function findAnswerChanges(thinking: string, answer: { readonly text: string; readonly start: number } | null): Span[] {
  const final = answer && {
    value: answer.text,
    start: answer.start,
    end: answer.start + answer.text.length,
    text: answer.text,
  };
  return [...findAnswers(thinking, final?.value ?? null), ...(final ? [final] : [])].flatMap(
    ({ value, ...span }, index, all) => (index > 0 && !sameAnswer(value, all[index - 1]!.value) ? [span] : []),
  );
}

const inOrder = (spans: readonly Span[]): Span[] => spans.toSorted((a, b) => a.start - b.start || a.end - b.end);

/**
 * Behaviours of a completion. Reasoning is looked for in the thinking; without tags of thinking in the whole text. Places are offsets in the
 * completion.
 */
export function detectBehaviours(completion: string, lists: WordLists = defaultWordLists): Detected {
  const split = splitReasoning(completion);
  const offset = thinkingSpan(completion)?.start ?? 0;
  const thinking = split.thinking ?? completion;
  const answer =
    split.answer === null
      ? null
      : { text: split.answer, start: completion.lastIndexOf("</answer>") - split.answer.length - offset };
  const claims = findClaims(thinking);
  const corrections = findCorrections(thinking, claims, lists.doubt);
  const placed = (spans: readonly Span[]): Span[] =>
    inOrder(spans).map(({ start, end, text }) => ({ start: start + offset, end: end + offset, text }));
  return {
    reflection: placed(findWords(thinking, lists.reflection)),
    "self-correction": placed(corrections),
    alternative: placed([...findWords(thinking, lists.alternative), ...findTries(claims)]),
    backtracking: placed([
      ...findWords(thinking, lists.backtracking),
      ...corrections.filter(({ between }) => between > 0),
    ]),
    "answer-change": placed(findAnswerChanges(thinking, answer)),
  };
}
