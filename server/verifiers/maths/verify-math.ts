/** Judges whether a completion's answer is the gold answer: text in, verdict out, whatever the text. */
import type { Budget } from "./budget";
import { Exceeded, checkTime, limits, spend, withinBudget } from "./budget";
import { sameAnswer } from "./compare";
import type { Comparison } from "./compare";
import { findBoxes } from "./boxes";
import { afterReasoning, type ReasoningOptions } from "../format/split-reasoning";
import { behindChoice, goldChoice } from "./choices";
import { expressionText, number } from "./expression";
import type { Expression } from "./expression";
import { extractAnswer, isProse, trimmed } from "./extract";
import type { AnswerSource, Extraction, Reading } from "./extract";
import { parseAnswer } from "./parse";
import { rational } from "./rational";
import { Unparseable } from "./tokens";
import { messageOf } from "../../shared/user-error";

export interface MathOptions extends ReasoningOptions {
  /**
   * Decimals to which a number that is written with a decimal point must agree: with 2, `0.33` is 1/3. Without it a number is only what
   * it says exactly.
   */
  readonly decimals?: number;
  /** `exact`: 28% is 0.28 and nothing else. `either` (the default): 28 too, as problems in percent mean it. */
  readonly percent?: "either" | "exact";
  /** `latex`: an answer outside of a box only counts in `$…$`, `\(…\)` or `\[…\]`. `any` (the default): plain text too. */
  readonly notation?: "any" | "latex";
  /** Whether `2,5` is the number 2.5, as Germans write it. By default it is the list of 2 and 5; with spaces, or more commas, always. */
  readonly decimalComma?: boolean;
}

/** What is said of one completion, to be shown beside a score. */
export interface MathVerdict {
  /** 1: the answer is the gold answer. 0: it is not, or there is none. `null`: the gold answer cannot be read, so nothing can be said. */
  readonly score: 1 | 0 | null;
  /** The rule that decided, in words. */
  readonly rule: string;
  /** The text that was taken for the answer; empty without one. */
  readonly answer: string;
  /** Where that text was found; null without one. */
  readonly source: AnswerSource | null;
  /** The answer as it was understood; empty when it was not. */
  readonly parsed: string;
  /** The gold answer as it was understood; empty when it was not. */
  readonly gold: string;
}

/** Longest text of a verdict's fields. */
const shown = 500;
const short = (text: string): string => (text.length > shown ? `${text.slice(0, shown)}…` : text);

/** What parsing came to: an expression, or why there is none. */
type Parsed = { readonly expression: Expression } | { readonly problem: string };

/** Several parts are a list of what they hold. */
function parseReading({ parts, plain }: Reading, decimalComma: boolean, budget: Budget): Parsed {
  try {
    if (parts.length > limits.items) return { problem: "has too many parts" };
    const items = parts.map((part) => {
      if (parts.length > 1) spend(budget);
      return parseAnswer(part, { plain, decimalComma }, budget);
    });
    if (items.length === 1) return { expression: items[0]! };
    const flat = items.flatMap((item) => (item.kind === "group" && item.name === "list" ? item.items : [item]));
    return { expression: { kind: "group", name: "list", items: flat } };
  } catch (error) {
    if (error instanceof Exceeded) return { problem: error.message };
    if (error instanceof Unparseable) return { problem: "cannot be read as maths" };
    throw error;
  }
}

interface Understood {
  readonly text: string;
  readonly source: AnswerSource;
  readonly expression: Expression | null;
  readonly problem: string;
}

/** Text commands of LaTeX as what they set. */
const withoutText = (text: string): string =>
  text.replaceAll(/\\(?:text\w*|mbox|mathrm)\s*\{([^{}]*)\}/g, " $1 ").replaceAll(/\\[ ,;!]/g, " ");
/** Words, numbers and punctuation: what can only be compared as words, such as `3 hours 20 minutes`. */
const words = /^(?=.*[a-zA-Z]{3})[\w\s.,:'’%$()-]{1,200}$/;

/** What an answer is without what only sets it: to see whether two are the same text, readable or not. */
function written(text: string): string {
  const bare = text
    .replaceAll(/\\(?:left|right|displaystyle|[,;!: ])(?![a-zA-Z])/g, " ")
    .replaceAll(/\\[dt]frac(?![a-zA-Z])/g, "\\frac")
    .replaceAll(/[\s$]+/g, " ");
  return trimmed(bare);
}

/** The text of the first place, as it stands there. */
const firstText = ([first]: readonly Extraction[]): string => first?.readings[0]?.parts.join(", ") ?? "";

/** The first reading that can be parsed; one in words that cannot is compared by its words. Null without any text. */
function understand(extractions: readonly Extraction[], decimalComma: boolean, budget: Budget): Understood | null {
  let problem = "is empty";
  let fallback: Omit<Understood, "problem"> | null = null;
  for (const { source, readings } of extractions) {
    for (const reading of readings) {
      const text = reading.parts.join(", ");
      if (text.trim() === "") continue;
      const parsed = parseReading(reading, decimalComma, budget);
      if ("expression" in parsed) return { text, source, expression: parsed.expression, problem: "" };
      if (fallback === null) {
        problem = parsed.problem;
        const plain = withoutText(text).trim();
        fallback = { text, source, expression: words.test(plain) ? { kind: "text", text: plain } : null };
      }
    }
  }
  const [first] = extractions;
  if (first === undefined) return null;
  return { text: "", source: first.source, expression: null, ...fallback, problem };
}

/** `100,200` of a gold answer may be one number or two: the answer may agree with either. */
function goldReadings(gold: string, understood: Expression): Expression[] {
  const text = trimmed(gold).replaceAll("$", "");
  if (!/^-?\d{1,3}(?:,\d{3})+$/.test(text)) return [understood];
  const items = text.split(",").map((part) => number(rational(BigInt(part))!));
  return [understood, { kind: "group", name: "list", items }];
}

/** Characters of a text that is looked through in no time. */
const shortText = 5_000;

/** A verdict, and whether it took computing to find the answers equal. */
type Understanding = MathVerdict & { readonly computed?: boolean | undefined };

/** What is said of the answer as it was understood. */
function judgeUnderstood(
  { gold, goldPlaces, places }: { gold: string; goldPlaces: readonly Extraction[]; places: readonly Extraction[] },
  options: MathOptions,
  budget: Budget,
): Understanding {
  const decimalComma = options.decimalComma ?? false;
  const reference = understand(goldPlaces, decimalComma, budget);
  if (reference?.expression == null)
    return {
      score: null,
      rule: `the gold answer ${reference?.problem ?? "is empty"}`,
      answer: "",
      source: null,
      parsed: "",
      gold: "",
    };
  const goldText = short(expressionText(reference.expression));
  const prose = reference.expression.kind === "text" && isProse(reference.expression.text);
  const given = understand(places, decimalComma, budget);
  if (given === null) {
    const none = { answer: "", source: null, parsed: "", gold: goldText };
    return prose ? { ...none, score: null, rule: proseRule } : { ...none, score: 0, rule: "no answer" };
  }
  const said = { answer: short(given.text), source: given.source, gold: goldText };
  if (given.expression === null) return { ...said, score: 0, rule: `the answer ${given.problem}`, parsed: "" };
  const parsed = short(expressionText(given.expression));
  const comparison: Comparison = { budget, decimals: options.decimals ?? null, percent: options.percent ?? "either" };
  try {
    let rule = "";
    const listed = reference.expression.kind === "group" ? goldReadings(given.text, given.expression).slice(1) : [];
    const pairs = [
      ...goldReadings(gold, reference.expression).map((expected) => [expected, given.expression!] as const),
      // Beside a list `100,200` may be two numbers.
      ...listed.map((items) => [reference.expression!, items] as const),
    ];
    for (const [expected, answer] of pairs) {
      const decision = sameAnswer(expected, answer, comparison);
      if (decision.equal === true)
        return { ...said, score: 1, rule: decision.rule, parsed, computed: decision.computed };
      rule ||= decision.equal === null ? `undecided: ${decision.rule}` : decision.rule;
    }
    // Other words may say the same.
    if (prose) return { ...said, score: null, rule: proseRule, parsed };
    return { ...said, score: 0, rule, parsed };
  } catch (error) {
    if (error instanceof Exceeded) return { ...said, score: 0, rule: `undecided: ${error.message}`, parsed };
    throw error;
  }
}

const proseRule = "the gold answer is prose: only its own words are known to be right";

const truths = /^(?:\\text\s*\{)?\s*(?:yes|no|true|false)\s*\}?\.?$/i;

/** An answer in the words of the gold answer is right, whether or not anybody can read them. */
function judge(completion: string, gold: string, options: MathOptions, budget: Budget): MathVerdict {
  if (completion.length + gold.length > shortText) checkTime(budget);
  const notation = options.notation ?? "any";
  const choice = goldChoice(gold);
  if (choice !== null && choice.answer !== "") {
    // `C. 42`: the letter is right, if nothing else stands behind it, and so is what it stands for.
    const byLetter = judgeAs("choice", completion, choice.letter, { ...options, notation }, budget);
    const behind = behindChoice(findBoxes(afterReasoning(completion, options), false));
    if (byLetter.score === 1 && behind === "") return byLetter;
    const byAnswer = judgeAs(null, completion, choice.answer, { ...options, notation }, budget);
    return byAnswer.score === null && byLetter.score !== 1 ? byLetter : byAnswer;
  }
  const expected = choice !== null ? "choice" : gold.length < 20 && truths.test(gold.trim()) ? "truth" : null;
  return judgeAs(expected, completion, gold, { ...options, notation }, budget);
}

function judgeAs(
  expected: "choice" | "truth" | null,
  completion: string,
  gold: string,
  options: MathOptions & { readonly notation: "any" | "latex" },
  budget: Budget,
): MathVerdict {
  const goldPlaces = extractAnswer(gold, { notation: "any", gold: true, expected });
  const places = extractAnswer(completion, { ...options, gold: false, expected });
  const { computed, ...verdict } = judgeUnderstood({ gold, goldPlaces, places }, options, budget);
  // A letter is chosen, not computed: `B1` is not B.
  if (expected === "choice" && computed === true) return { ...verdict, score: 0, rule: "not that letter" };
  if (verdict.score === 1 || places.length === 0) return verdict;
  const wanted = new Set([firstText(goldPlaces), gold].map(written));
  wanted.delete("");
  const { source, readings } = places[0]!;
  const texts = (source === "boxed" ? readings : readings.slice(0, 1)).map(({ parts }) => parts.join(", "));
  const same = texts.find((text) => wanted.has(written(text)));
  return same === undefined ? verdict : { ...verdict, score: 1, rule: "the same text", answer: short(same), source };
}

/** What `verifyMath` takes for the answer of a completion; null where it finds none. It never throws. */
export function readMathAnswer(completion: string): { readonly text: string; readonly source: AnswerSource } | null {
  try {
    const found = withinBudget((budget) =>
      understand(extractAnswer(completion, { notation: "any", gold: false }), false, budget),
    );
    return found === null || found.text === "" ? null : { text: found.text, source: found.source };
  } catch {
    return null;
  }
}

/** Why a gold answer cannot be read, in words: only its own text would be right. Null: it can be read. */
export function goldProblem(gold: string): string | null {
  const { score, rule } = verifyMath("", gold);
  return score === null ? rule : null;
}

/** Whether two answers, without anything around them, have the same value. What cannot be read or decided has not. */
export function sameMath(a: string, b: string): boolean {
  try {
    return withinBudget((budget) => {
      const [first, second] = [a, b].map(
        (text) => understand(extractAnswer(text, { notation: "any", gold: true }), false, budget)?.expression,
      );
      if (first == null || second == null) return false;
      return sameAnswer(first, second, { budget, decimals: null, percent: "either" }).equal === true;
    });
  } catch {
    return false;
  }
}

/**
 * Whether the answer of a completion means the same as the gold answer: `verifyMath("… \\boxed{\\frac{1}{2}}", "0.5").score` is 1.
 *
 * The answer is searched in the text behind the thinking (`</think>`, or the end of another known tag): in `\boxed{…}`, behind "final answer is", in `<answer>…</answer>`, behind `####`,
 * behind "answer is", and last in the last expression. It is compared by exact arithmetic, then by the rules for its kind (sets, tuples,
 * intervals, relations, equations, matrices, units, words), then as a formula at fixed points. Different numbers are never equal.
 *
 * It never throws, whatever the text, and ends within 50 milliseconds; what cannot be decided in that time is not right.
 */
export function verifyMath(completion: string, gold: string, options: MathOptions = {}): MathVerdict {
  try {
    return withinBudget((budget) => judge(completion, gold, options, budget));
  } catch (error) {
    if (error instanceof Exceeded)
      return { score: 0, rule: `undecided: ${error.message}`, answer: "", source: null, parsed: "", gold: "" };
    // A fault of the verifier is no fault of the sample: it is left out instead of being called wrong.
    const rule = `the verifier failed: ${messageOf(error)}`;
    return { score: null, rule, answer: "", source: null, parsed: "", gold: "" };
  }
}
