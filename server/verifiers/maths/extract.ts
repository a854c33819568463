/**
 * Finds the answer in a completion. Every scan is linear in its length, and a completion that gives no clear answer has none: what a more
 * trusted place says is never replaced by a less trusted one.
 */
import { afterReasoning, type ReasoningOptions } from "../format/split-reasoning";
import { limits } from "./budget";
import { allEnvironments, lastEnvironment, leadingEnvironment, type Environment } from "./environments";
import { findBoxes } from "./boxes";
import { statedChoice, unset, withoutLabel } from "./choices";
import { lastList, lastNumber, leadingNumber } from "./numbers-in-text";

/** Where an answer was found, in the order of trust. */
export type AnswerSource =
  "boxed" | "final answer" | "answer tag" | "####" | "answer is" | "whole text" | "last expression";

/** One way to read what was found: several parts make a list. */
export interface Reading {
  readonly parts: readonly string[];
  /** It stands outside of maths: words are words. */
  readonly plain: boolean;
}

export interface Extraction {
  readonly source: AnswerSource;
  /** Tried one after the other; the first that can be parsed is the answer. */
  readonly readings: readonly Reading[];
}

export interface ExtractOptions extends ReasoningOptions {
  /** `latex`: an answer outside of a box stands in `$…$`, `\(…\)` or `\[…\]`. */
  readonly notation: "any" | "latex";
  /** A gold answer: nothing in it is reasoning, and a box may lack its brace. */
  readonly gold: boolean;
  /** What the gold answer is, where answers of that kind have sentences of their own: the letter of a choice, or yes and no. */
  readonly expected?: "choice" | "truth" | null;
}

const isPlain = (text: string): boolean => !/[\\$^_{}]/.test(text);

/** Without what surrounds an answer: white space, Markdown, quotation marks, the point of the sentence. A prime of a name stays. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && /[\s*"“”'`:,]/.test(text[start]!)) start++;
  const quoted = text.slice(0, start).includes("'");
  while (
    end > start &&
    /[\s*"“”'`.,;:!]/.test(text[end - 1]!) &&
    !(text[end - 1] === "!" && /[\d)a-z!]/.test(text[end - 2] ?? "")) &&
    !(text[end - 1] === "'" && !quoted && /[\w)}']/.test(text[end - 2] ?? ""))
  )
    end--;
  // A backslash that stood before white space or a quotation mark.
  if (text[end - 1] === "\\" && text[end - 2] !== "\\") end--;
  return text.slice(start, end);
}

const wordCount = (text: string): number => {
  let count = 0;
  for (const match of text.replaceAll(/\\[a-zA-Z]+/g, " ").matchAll(/[a-zA-Z]{3,}/g))
    if (!/^(and|percent)$/i.test(match[0])) count++;
  return count;
};
/** More words than this are a sentence about the answer. */
const answerWords = 4;

/** Words that only a sentence has. */
const connective =
  /\b(?:because|since|so|which|that|not|thus|hence|if|when|where|but|than|is|are|was|were|has|have|had)\b/i;
/** Whether words are a statement that could be put in other words, and no name of an answer. */
export const isProse = (text: string): boolean =>
  wordCount(text) > 6 || (wordCount(text) > answerWords && connective.test(text));

/** Words before an answer that say nothing. */
const filler =
  /^(?:(?:so|thus|therefore|hence|then|we get|we have|it is|it's|that's|simply|just|only|exactly|approximately|about)\b[\s,:]*)+/i;

const reading = (text: string): Reading => ({ parts: [text], plain: isPlain(text) });

/** Ways to read a short text that holds the answer: as a whole, what it begins with, what it ends with. */
function readings(text: string, { notation }: ExtractOptions): Reading[] {
  const whole = trimmed(text).replace(filler, "");
  if (whole.length > limits.answer) {
    const last = lastExpression(whole, notation);
    return last === null ? [] : [last];
  }
  const found: Reading[] = [];
  const sentence = wordCount(whole) > answerWords || connective.test(whole);
  const environment = leadingEnvironment(whole);
  if (!sentence && whole !== "" && (notation === "any" || environment !== null)) found.push(reading(whole));
  if (environment !== null) found.push({ parts: [environment], plain: false });
  if (notation === "latex") return found;
  // "7, because …" is 7; "that Jane has 12 apples" is 12. What is denied is no answer, and of several numbers side by side none is.
  if (/^-?\d[\d.,/]*(?:\s+-?\d[\d.,/]*)+$/.test(whole)) return found;
  const leading = leadingNumber(whole);
  const others = leading === null ? null : besideNumber(leading, whole.slice(leading.length));
  if (others !== null) return [...found, others];
  if (leading !== null) found.push(reading(leading));
  if (/\b(?:not|cannot|never|neither)\b|n't\b/i.test(whole)) return found.length > 0 ? found : [reading(whole)];
  const last = lastExpression(whole, notation);
  if (last !== null) found.push(last);
  return found;
}

/** A second answer at once behind a first: "5, or 6", "5? Maybe 6". */
const alternative =
  /^[\s.,;*()]*(?:(?:or|and\/or|maybe|perhaps|possibly|alternatively)\b|\?)[\s,:*$?]*(?:or\s+)?(?:(?:maybe|perhaps|possibly|about|also|even)\s+)?(?:it(?:'s|\s+(?:is|may be|might be|could be))\s+)?[*$]*(?=[-−]?[\d\\.])/i;
/** An answer that is taken back: "5. No, wait, it is 6". */
const correction = /^[\s.,;?!*]*(?:no,|(?:no\s+)?wait\b|actually\b|sorry\b|correction\b|i think\b)[^\n]{0,60}?[\d\\]/i;

/** What stands beside the number that a text begins with and makes it one of several answers; null where it stands alone. */
function besideNumber(first: string, rest: string): Reading | null {
  const start = alternative.exec(rest)?.[0].length;
  if (start === undefined) return correction.test(rest.slice(0, 100)) ? takenBack(first) : null;
  const second = leadingNumber(rest.slice(start).replace(/\).*$/s, ""));
  return second === null ? takenBack(first) : { parts: [first, second], plain: true };
}

/** What nobody reads as an answer. */
const takenBack = (answer: string): Reading => ({ parts: [`${answer} …`], plain: true });

/** Maths with what "and" or "or" joins to it before: of `$3$ or $4$` neither is the answer. */
function withJoined(text: string, last: Environment): Reading {
  const joined = /(?:\$|\\[)\]])\s*,?\s*(?:and|or)(?:\s+(?:maybe|perhaps|possibly|else))?\s*$/;
  const reads: Reading = { parts: [last.text], plain: false };
  if (!joined.test(text.slice(Math.max(0, last.start - 40), last.start))) return reads;
  const before = allEnvironments(text).findLast(({ end }) => end <= last.start);
  return before === undefined ? reads : { parts: [before.text, last.text], plain: false };
}

/** The last maths or number of a text. */
function lastExpression(said: string, notation: ExtractOptions["notation"]): Reading | null {
  // "5/6 (about 0.83)."
  const remark =
    /\s*\((?:or )?(?:about|approximately|approx\.?|roughly|≈|~)[^()]{1,60}\)[.!\s]*$/.exec(said.slice(-100))?.[0] ?? "";
  const text = said.slice(0, said.length - remark.length);
  const environment = lastEnvironment(text);
  if (notation === "latex") return environment === null ? null : withJoined(text, environment);
  const number = lastNumber(text, environment?.end ?? 0);
  if (number !== null) return reading(number);
  return environment === null ? null : withJoined(text, environment);
}

/** A statement's end: a line's or sentence's end outside of dollars. */
function firstSentence(text: string): string {
  let dollars = false;
  const end = Math.min(text.length, limits.answer);
  for (let at = 0; at < end; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "$") dollars = !dollars;
    else if (character === "\n" && at > 0) {
      if (!dollars) return text.slice(0, at);
    } else if (character === "<" && (text[at + 1] === "|" || text[at + 1] === "/")) return text.slice(0, at);
    else if (character === "." && !dollars && (at + 1 === text.length || /\s/.test(text[at + 1]!)))
      return text.slice(0, at);
  }
  return text.slice(0, end);
}

/** A sentence in words without the exclamation mark at its end, which is no factorial there. */
const exclaimed = (sentence: string): string => (isPlain(sentence) ? sentence.replace(/!\s*$/, "") : sentence);

/** What a statement says the answer is. `tail`: the text behind its last word. */
function statementReadings(tail: string, options: ExtractOptions): Reading[] {
  // The bullet of a list is no minus sign.
  const start =
    /^[\s*:=]*(?:(?:is|are|was|be|should be|would be|must be|will be)\b)?[\s*:=]*(?:(?<=\n\s*)(?:[-–•]|\d{1,2}[.)])\s+)?/.exec(
      tail,
    )![0].length;
  const rest = tail.slice(start, start + limits.answer + 1);
  const display = /^(?:\\\[|\$\$)/.test(rest) ? leadingEnvironment(rest) : null;
  if (display !== null) return [{ parts: [display], plain: false }];
  const first = firstSentence(rest);
  const next = rest.slice(first.length, first.length + 100);
  if (/\d/.test(first) && (alternative.test(next) || correction.test(next))) return [takenBack(first)];
  const sentence = exclaimed(first);
  // What is cut off in the middle says nothing.
  if (sentence.length >= limits.answer) return [{ parts: [`${sentence}…`], plain: false }];
  const verb = Math.max(sentence.lastIndexOf(" is "), sentence.lastIndexOf(" are "));
  const told = verb < 0 ? [] : readings(sentence.slice(verb + 4), options).slice(0, 2);
  const whole = readings(sentence, options);
  return [...whole.slice(0, 1), ...told, ...whole.slice(1)];
}

/** Text behind the last place where a pattern matches; null without one. */
function behindLast(text: string, pattern: RegExp): string | null {
  let end = -1;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end < 0 ? null : text.slice(end);
}

/** The form that Minerva's prompt asks for; it comes last, and is meant as the answer. */
function minervaStatement(text: string): { tail: string; at: number } | null {
  const at = text.lastIndexOf("The final answer is ");
  if (at < 0) return null;
  const hope = text.indexOf("I hope it is correct", at);
  return hope < 0 ? null : { tail: text.slice(at + 19, hope), at };
}

function tagContent(text: string): string | null {
  const close = text.lastIndexOf("</answer>");
  const open = close < 0 ? -1 : text.lastIndexOf("<answer>", close);
  return open < 0 ? null : text.slice(open + 8, close);
}

/** What follows `####` to the end of its line. Several different answers are a list, and so no single answer. */
function hashReadings(text: string, options: ExtractOptions): Reading[] | null {
  let mark = text.indexOf("####");
  if (mark < 0) return null;
  const parts = new Set<string>();
  while (mark >= 0 && parts.size <= limits.items) {
    const next = text.indexOf("####", mark + 4);
    const segment = text.slice(mark + 4, next < 0 ? text.length : next);
    const line = segment.indexOf("\n");
    const end = Math.min(line < 0 ? segment.length : line, limits.answer);
    const part = trimmed(segment.slice(0, end));
    if (part !== "") parts.add(part);
    mark = next;
  }
  const [first = ""] = parts;
  if (parts.size > 1) return [{ parts: [...parts], plain: true }];
  return readings(first, { ...options, notation: "any" });
}

/**
 * The answer's places in a text and how they can be read, the one to be tried first in front; empty when there is none. Only a final
 * answer that is no clear statement has another place behind it.
 */
export function extractAnswer(completion: string, options: ExtractOptions): Extraction[] {
  const after = options.gold ? completion : afterReasoning(completion, options);
  const text = after.length > limits.completion ? after.slice(-limits.completion) : after;
  const boxes = findBoxes(text, options.gold);
  if (options.expected === "choice") {
    const choice = statedChoice(boxes === null ? (tagContent(text) ?? text) : text, boxes);
    if (choice !== null) return [{ source: boxes === null ? "answer is" : "boxed", readings: [reading(choice)] }];
  }
  const minerva = minervaStatement(text);
  if (minerva !== null && (boxes === null || minerva.at > boxes.end)) {
    const found = statementReadings(minerva.tail, { ...options, notation: "any" });
    if (found.length > 0) return [{ source: "final answer", readings: found }];
  }
  if (boxes !== null) {
    const truth =
      options.expected === "truth" && boxes.contents.length === 1
        ? statedTruth(unset(boxes.contents[0]!).trim())
        : undefined;
    if (truth !== undefined) return [{ source: "boxed", readings: [reading(truth)] }];
    const contents = options.expected === "choice" ? boxes.contents : boxes.contents.map(withoutLabel);
    const readAs = { parts: contents.map(trimmed), plain: contents.every(isWords) };
    const speaks = contents.length === 1 && /answer/i.test(contents[0]!);
    const statement = speaks ? behindLast(unset(contents[0]!), /\banswer\s+is\b/gi) : null;
    if (statement === null) return [{ source: "boxed", readings: [readAs] }];
    return [{ source: "boxed", readings: [...statementReadings(statement, { ...options, notation: "any" }), readAs] }];
  }
  const marked = markedAnswer(text, options);
  const final = behindLast(text, /final\s{1,3}answer/gi);
  if (final !== null) {
    const found = statementReadings(final.split("I hope", 1)[0]!, { ...options, notation: "any" });
    const statement: Extraction = { source: "final answer", readings: marked === null ? found : found.slice(0, 1) };
    if (found.length > 0) return marked === null ? [statement] : [statement, marked];
  }
  if (marked !== null) return [marked];
  return options.gold ? goldReadings(text) : loosely(text, options);
}

/** `<answer>…</answer>`, or else `####`. */
function markedAnswer(text: string, options: ExtractOptions): Extraction | null {
  const tag = tagContent(text);
  if (tag !== null) {
    const statement = behindLast(tag, /\banswer\s+is\b/gi);
    const inside =
      statement === null ? readings(tag, { ...options, notation: "any" }) : statementReadings(statement, options);
    return { source: "answer tag", readings: inside };
  }
  const hash = hashReadings(text, options);
  return hash === null ? null : { source: "####", readings: hash };
}

/** Words of a box, which LaTeX would set as letters side by side. */
const isWords = (content: string): boolean => {
  const text = content.trim();
  return /^[a-zA-Z][a-zA-Z ,.'()-]*$/.test(text) && (text.length > 3 || text.includes(" "));
};

/**
 * A gold answer is what it says as a whole, or its one formula where the words around it say that it is the answer. Of other prose no
 * formula is the answer: the last one may be part of a condition.
 */
function goldReadings(text: string): Extraction[] {
  const whole = trimmed(text);
  const formula = toldFormula(whole);
  const told: Reading[] = formula === null ? [] : [{ parts: [formula], plain: false }];
  return [{ source: "whole text", readings: [...told, reading(whole)] }];
}

/** The formula of "$x = 5$, where …" and of "The maximum of $f$ is $5$." */
function toldFormula(text: string): string | null {
  const formulas = allEnvironments(text);
  const [first] = formulas;
  if (first === undefined) return null;
  if (first.start === 0 && /^[\s.,;:]*(?:$|\(?\s*(?:where|with)\b)/.test(text.slice(first.end))) return first.text;
  const last = formulas.at(-1)!;
  const told = /(?:\b(?:is|are|equals?|be|becomes|get|obtain|answer|solution)|[:=])\s*$/i.test(
    text.slice(0, last.start),
  );
  const others = formulas.slice(0, -1).every(({ text: inside }) => /^\\?[a-zA-Z]+$/.test(inside));
  return told && others && /^[\s.,;!]*$/.test(text.slice(last.end)) ? last.text : null;
}

const answerStatement = /\banswer(?:\s*[:=]|\s+is\b|\s+(?:should|would|must|will)\s+be\b|(?=\s(?:\$|\\[[(])))/gi;

/** Where nothing marks the answer. */
function isSentence(text: string): boolean {
  // "Price: 2,74 $" is a number with a label.
  const labelled = /^[^\\$:]*[a-zA-Z]{3,}\s*:\s/.test(text);
  // Words before a number say what it is: "It costs 5 in all".
  const told = /^[a-zA-Z]+\s+[a-zA-Z]+\b.*\d/.test(text);
  return labelled || told || wordCount(text) >= answerWords || connective.test(text) || speaksOfMaths(text);
}

/** `Given $a = 3$ we get \[ … \]`: words between formulas. */
function speaksOfMaths(text: string): boolean {
  const formulas = allEnvironments(text);
  if (formulas.length === 0) return false;
  let [outside, from] = ["", 0];
  for (const { start, end } of formulas) {
    outside += `${text.slice(from, start)} `;
    from = end;
  }
  const words = (outside + text.slice(from)).match(/[a-zA-Z]{2,}/g) ?? [];
  return words.filter((word) => !/^(?:and|or|percent)$/i.test(word)).length > 1;
}

/** "Yes, because …" */
const leadingTruth = /^(yes|no|true|false)\b(?=\s*(?:[.,;:!–—-]|\b(?:because|since|as|it|this)\b))/i;
const opposites: Readonly<Record<string, RegExp>> = {
  yes: /\bno\b(?=\s*(?:[.,;:!?]|$))/i,
  no: /\byes\b(?=\s*(?:[.,;:!?]|$))/i,
  true: /\bfalse\b(?=\s*(?:[.,;:!?]|$))/i,
  false: /\btrue\b(?=\s*(?:[.,;:!?]|$))/i,
};

/** The yes or no that a text begins with, if it does not say the opposite too. */
function statedTruth(text: string): string | undefined {
  const truth = leadingTruth.exec(text)?.[1];
  return truth === undefined || opposites[truth.toLowerCase()]!.test(text) ? undefined : truth;
}

function loosely(text: string, options: ExtractOptions): Extraction[] {
  const statement = behindLast(text, answerStatement);
  if (statement !== null) {
    const found = statementReadings(statement.slice(0, 2 * limits.answer), options);
    if (found.length > 0) return [{ source: "answer is", readings: found }];
  }
  const said = trimmed(text);
  const truth = options.expected === "truth" ? statedTruth(said) : undefined;
  if (truth !== undefined) return [{ source: "whole text", readings: [reading(truth)] }];
  const bare = said.replace(filler, "");
  const whole = bare === said ? bare : exclaimed(bare);
  const last = lastExpression(text, options.notation);
  const short = options.notation === "any" && whole.length > 0 && whole.length <= 300 && !whole.includes("\n");
  const found: Extraction[] = short && !isSentence(whole) ? [{ source: "whole text", readings: [reading(whole)] }] : [];
  const list = options.notation === "any" ? lastList(text) : null;
  if (list !== null) found.push({ source: "last expression", readings: [reading(list)] });
  else if (last !== null) found.push({ source: "last expression", readings: [last] });
  return found;
}
