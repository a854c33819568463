/** Judges whether a completion's answer is the gold answer: text in, verdict out, whatever the text. */
import type { Budget } from "./budget";
import { Exceeded, createBudget } from "./budget";
import { sameAnswer } from "./compare";
import type { Comparison } from "./compare";
import { expressionText } from "./expression";
import type { Expression } from "./expression";
import { extractAnswer } from "./extract";
import type { AnswerSource, Extraction, Reading } from "./extract";
import { parseAnswer } from "./parse";
import { Unparseable } from "./tokens";

export interface MathOptions {
  /**
   * Decimals to which a number that is written with a decimal point must agree: with 2, `0.33` is 1/3. Without it a number is only what
   * it says exactly.
   */
  readonly decimals?: number;
  /** `exact`: 28% is 0.28 and nothing else. `either` (the default): 28 too, as problems in percent mean it. */
  readonly percent?: "either" | "exact";
  /** `latex`: an answer outside of a box only counts in `$…$`, `\(…\)` or `\[…\]`. `any` (the default): plain text too. */
  readonly notation?: "any" | "latex";
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
function parseReading({ parts, plain }: Reading, budget: Budget): Parsed {
  try {
    const items = parts.map((part) => parseAnswer(part, plain, budget));
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

/** The first reading that can be parsed; one in words that cannot is compared by its words. Null without any text. */
function understand(extractions: readonly Extraction[], budget: Budget): Understood | null {
  let problem = "is empty";
  let fallback: Omit<Understood, "problem"> | null = null;
  for (const { source, readings } of extractions) {
    for (const reading of readings) {
      const text = reading.parts.join(", ");
      if (text.trim() === "") continue;
      const parsed = parseReading(reading, budget);
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

/** `1,22` of a gold answer may be one number or two: the answer may agree with either. */
function goldReadings(gold: string, understood: Expression, budget: Budget): Expression[] {
  const text = gold.trim();
  if (!/^-?\d+,\d+$/.test(text)) return [understood];
  const parsed = parseReading({ parts: [text], plain: false }, budget);
  return "expression" in parsed ? [understood, parsed.expression] : [understood];
}

function judge(completion: string, gold: string, options: MathOptions): MathVerdict {
  const budget = createBudget();
  const reference = understand(extractAnswer(gold, { notation: "any", gold: true }), budget);
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
  const given = understand(extractAnswer(completion, { notation: options.notation ?? "any", gold: false }), budget);
  if (given === null) return { score: 0, rule: "no answer", answer: "", source: null, parsed: "", gold: goldText };
  const said = { answer: short(given.text), source: given.source, gold: goldText };
  if (given.expression === null) return { ...said, score: 0, rule: `the answer ${given.problem}`, parsed: "" };
  const parsed = short(expressionText(given.expression));
  const comparison: Comparison = { budget, decimals: options.decimals ?? null, percent: options.percent ?? "either" };
  try {
    let rule = "";
    for (const expression of goldReadings(gold, reference.expression, budget)) {
      const decision = sameAnswer(expression, given.expression, comparison);
      if (decision.equal === true) return { ...said, score: 1, rule: decision.rule, parsed };
      rule ||= decision.equal === null ? `undecided: ${decision.rule}` : decision.rule;
    }
    return { ...said, score: 0, rule, parsed };
  } catch (error) {
    if (error instanceof Exceeded) return { ...said, score: 0, rule: `undecided: ${error.message}`, parsed };
    throw error;
  }
}

/** What `verifyMath` takes for the answer of a completion; null where it finds none. It never throws. */
export function readMathAnswer(completion: string): { readonly text: string; readonly source: AnswerSource } | null {
  try {
    const found = understand(extractAnswer(completion, { notation: "any", gold: false }), createBudget());
    return found === null || found.text === "" ? null : { text: found.text, source: found.source };
  } catch {
    return null;
  }
}

/** Why a gold answer cannot be read, in words; null: it can. */
export function goldProblem(gold: string): string | null {
  const { score, rule } = verifyMath("", gold);
  return score === null ? rule : null;
}

/** Whether two answers, without anything around them, have the same value. What cannot be read or decided has not. */
export function sameMath(a: string, b: string): boolean {
  const budget = createBudget();
  const read = (text: string): Expression | null =>
    understand(extractAnswer(text, { notation: "any", gold: true }), budget)?.expression ?? null;
  try {
    const [first, second] = [read(a), read(b)];
    if (first === null || second === null) return false;
    return sameAnswer(first, second, { budget, decimals: null, percent: "either" }).equal === true;
  } catch {
    return false;
  }
}

/**
 * Whether the answer of a completion means the same as the gold answer: `verifyMath("… \\boxed{\\frac{1}{2}}", "0.5").score` is 1.
 *
 * The answer is searched in the text behind `</think>`: in `\boxed{…}`, behind "final answer is", in `<answer>…</answer>`, behind `####`,
 * behind "answer is", and last in the last expression. It is compared by exact arithmetic, then by the rules for its kind (sets, tuples,
 * intervals, relations, equations, matrices, units, words), then as a formula at fixed points. Different numbers are never equal.
 *
 * It never throws, whatever the text, and ends within 50 milliseconds; what cannot be decided in that time is not right.
 */
export function verifyMath(completion: string, gold: string, options: MathOptions = {}): MathVerdict {
  try {
    return judge(completion, gold, options);
  } catch (error) {
    // A fault of the verifier is no fault of the sample: it is left out instead of being called wrong.
    const rule = `the verifier failed: ${error instanceof Error ? error.message : String(error)}`;
    return { score: null, rule, answer: "", source: null, parsed: "", gold: "" };
  }
}
