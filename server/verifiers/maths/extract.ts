/**
 * Finds the answer in a completion. Every scan is linear in its length, and a completion that gives no clear answer has none: what a more
 * trusted place says is never replaced by a less trusted one.
 */
import { limits } from "./budget";
import { lastEnvironment, leadingEnvironment } from "./environments";
import { findBoxes } from "./boxes";
import { lastNumber, leadingNumber } from "./numbers-in-text";

/** Where an answer was found, in the order of trust. */
export type AnswerSource =
  "boxed" | "final answer" | "answer tag" | "####" | "answer is" | "whole text" | "last expression";

/** One way to read what was found: several parts make a list. */
export interface Reading {
  readonly parts: readonly string[];
  /** It stands outside of maths: words are words, and `2,5` is a number. */
  readonly plain: boolean;
}

export interface Extraction {
  readonly source: AnswerSource;
  /** Tried one after the other; the first that can be parsed is the answer. */
  readonly readings: readonly Reading[];
}

export interface ExtractOptions {
  /** `latex`: an answer outside of a box stands in `$…$`, `\(…\)` or `\[…\]`. */
  readonly notation: "any" | "latex";
  /** A gold answer: nothing in it is reasoning, and a box may lack its brace. */
  readonly gold: boolean;
}

/** What follows the reasoning; empty when the reasoning never ends. */
export function afterReasoning(completion: string): string {
  const close = completion.lastIndexOf("</think>");
  if (close >= 0) return completion.slice(close + 8);
  const open = completion.indexOf("<think>");
  return open < 0 ? completion : "";
}

const isPlain = (text: string): boolean => !/[\\$^_{}]/.test(text);

/** Without what surrounds an answer: white space, Markdown, quotation marks, the point of the sentence. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && /[\s*"“”'`:,]/.test(text[start]!)) start++;
  while (
    end > start &&
    /[\s*"“”'`.,;:!]/.test(text[end - 1]!) &&
    !(text[end - 1] === "!" && /[\d)a-z]/.test(text[end - 2] ?? ""))
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
/** Words before an answer that say nothing. */
const filler =
  /^(?:(?:so|thus|therefore|hence|then|we get|we have|it is|simply|just|only|exactly|approximately|about)\b[\s,:]*)+/i;

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
  // "7, because …" is 7; "that Jane has 12 apples" is 12. What is denied is no answer.
  const leading = leadingNumber(whole);
  if (leading !== null) found.push(reading(leading));
  if (/\b(?:not|cannot|never|neither)\b|n't\b/i.test(whole)) return found.length > 0 ? found : [reading(whole)];
  const last = lastExpression(whole, notation);
  if (last !== null) found.push(last);
  return found;
}

/** The last maths or number of a text. */
function lastExpression(text: string, notation: ExtractOptions["notation"]): Reading | null {
  const environment = lastEnvironment(text);
  if (notation === "latex") return environment === null ? null : { parts: [environment.text], plain: false };
  const number = lastNumber(text, environment?.end ?? 0);
  if (number !== null) return reading(number);
  return environment === null ? null : { parts: [environment.text], plain: false };
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

/** What a statement says the answer is. `tail`: the text behind its last word. */
function statementReadings(tail: string, options: ExtractOptions): Reading[] {
  const start = /^[\s*:=]*(?:(?:is|are|was|be|should be|would be|must be|will be)\b)?[\s*:=]*/.exec(tail)![0].length;
  const rest = tail.slice(start, start + limits.answer + 1);
  const display = /^(?:\\\[|\$\$)/.test(rest) ? leadingEnvironment(rest) : null;
  if (display !== null) return [{ parts: [display], plain: false }];
  const sentence = firstSentence(rest);
  // What is cut off in the middle says nothing.
  if (sentence.length >= limits.answer) return [{ parts: [`${sentence}…`], plain: false }];
  const verb = Math.max(sentence.lastIndexOf(" is "), sentence.lastIndexOf(" are "));
  const told = verb < 0 ? [] : readings(sentence.slice(verb + 4), options).slice(0, 2);
  return [...readings(sentence, options).slice(0, 1), ...told, ...readings(sentence, options).slice(1)];
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
  const marks = [...text.matchAll(/####/g)].map(({ index }) => index);
  if (marks.length === 0) return null;
  const parts = new Set<string>();
  for (const [place, mark] of marks.entries()) {
    const line = text.indexOf("\n", mark);
    const end = Math.min(line < 0 ? text.length : line, marks[place + 1] ?? text.length);
    parts.add(trimmed(text.slice(mark + 4, Math.min(end, mark + limits.answer))));
    if (parts.size > limits.items) break;
  }
  const [first] = parts;
  if (parts.size > 1) return [{ parts: [...parts], plain: true }];
  return readings(first!, { ...options, notation: "any" });
}

/**
 * The answer's places in a text and how they can be read, the one to be tried first in front; empty when there is none. Only a final
 * answer that is no clear statement has another place behind it.
 */
export function extractAnswer(completion: string, options: ExtractOptions): Extraction[] {
  const after = options.gold ? completion : afterReasoning(completion);
  const text = after.length > limits.completion ? after.slice(-limits.completion) : after;
  const boxes = findBoxes(text, options.gold);
  const minerva = minervaStatement(text);
  if (minerva !== null && (boxes === null || minerva.at > boxes.end)) {
    const found = statementReadings(minerva.tail, { ...options, notation: "any" });
    if (found.length > 0) return [{ source: "final answer", readings: found }];
  }
  if (boxes !== null) {
    const readAs = { parts: boxes.contents.map(trimmed), plain: boxes.contents.every(isWords) };
    return [{ source: "boxed", readings: [readAs] }];
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

/** A gold answer is what it says as a whole, or the one place in it that is maths. */
function goldReadings(text: string): Extraction[] {
  const whole = trimmed(text);
  const found: Reading[] = [reading(whole)];
  const environment = lastEnvironment(whole);
  if (environment !== null) found.push({ parts: [environment.text], plain: false });
  return [{ source: "whole text", readings: found }];
}

const answerStatement = /\banswer(?:\s*[:=]|\s+is\b|\s+(?:should|would|must|will)\s+be\b|(?=\s(?:\$|\\[[(])))/gi;

/** Where nothing marks the answer. */
function isSentence(text: string): boolean {
  // "Price: 2,74 $" is a number with a label.
  const labelled = /^[^\\$:]*[a-zA-Z]{3,}\s*:\s/.test(text);
  return labelled || wordCount(text) >= answerWords || connective.test(text);
}

function loosely(text: string, options: ExtractOptions): Extraction[] {
  const statement = behindLast(text, answerStatement);
  if (statement !== null) {
    const found = statementReadings(statement.slice(0, 2 * limits.answer), options);
    if (found.length > 0) return [{ source: "answer is", readings: found }];
  }
  const whole = trimmed(text).replace(filler, "");
  const last = lastExpression(text, options.notation);
  const short = options.notation === "any" && whole.length > 0 && whole.length <= 300 && !whole.includes("\n");
  const found: Extraction[] = short && !isSentence(whole) ? [{ source: "whole text", readings: [reading(whole)] }] : [];
  if (last !== null) found.push({ source: "last expression", readings: [last] });
  return found;
}
