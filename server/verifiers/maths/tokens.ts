/** Cuts one answer, LaTeX or plain text, into tokens in a single pass. */
import { limits } from "./budget";
import {
  accents,
  blackboard,
  constants,
  functions,
  greek,
  greekLetter,
  ignoredCommands,
  percentWords,
  symbols,
  textCommands,
  unitOf,
} from "./names";
import type { Rational } from "./rational";
import { integer } from "./rational";
import { isDigit, readNumber } from "./read-number";

export interface Token {
  /**
   * `symbol`: one sign such as `+`, `(`, `\{`, `≤`. `command`: a LaTeX command without its backslash that the parser treats.
   * `text`: words, of `\text{…}` or of plain text. `name`: one variable. `unit`: a unit behind a number. `end`: behind the last.
   */
  readonly type: "number" | "symbol" | "command" | "text" | "name" | "unit" | "end";
  readonly text: string;
  readonly value?: Rational;
  readonly decimal?: boolean;
  /** White space stood before it. */
  readonly spaced: boolean;
}

/** No reading of the text as an answer. One object, as making a stack for each is what costs. */
export class Unparseable extends Error {
  override readonly name = "Unparseable";
}
export const unparseable = new Unparseable("cannot be read as an answer");

const letters = /[a-zA-Z]+/y;
const isLetter = (character: string | undefined): boolean =>
  character !== undefined && ((character >= "a" && character <= "z") || (character >= "A" && character <= "Z"));

function lettersAt(text: string, at: number): string {
  letters.lastIndex = at;
  return letters.exec(text)?.[0] ?? "";
}

/** Index behind the brace that closes the one at `open`; −1 without one. */
export function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return -1;
}

/** Where a tokenizer stands. */
interface Scanner {
  readonly text: string;
  /** Text that is not maths: `2,5` is a number and words are words. */
  readonly plain: boolean;
  readonly tokens: Token[];
  at: number;
  /** Open brackets. */
  depth: number;
  /** Open LaTeX environments. */
  environments: number;
  spaced: boolean;
}

function push(scanner: Scanner, token: Omit<Token, "spaced">): void {
  scanner.tokens.push({ ...token, spaced: scanner.spaced });
  scanner.spaced = false;
}

function pushSign(scanner: Scanner, text: string): void {
  if (text === "(" || text === "[" || text === "\\{") scanner.depth++;
  else if (text === ")" || text === "]" || text === "\\}") scanner.depth--;
  push(scanner, { type: "symbol", text });
}

/** The argument of a command: what stands in braces, or one character. */
function readGroup(scanner: Scanner): string {
  const { text } = scanner;
  while (text[scanner.at] === " ") scanner.at++;
  if (text[scanner.at] !== "{") return text[scanner.at] === undefined ? "" : text[scanner.at++]!;
  const start = scanner.at;
  const end = closingBrace(text, start);
  if (end < 0) throw unparseable;
  scanner.at = end;
  return text.slice(start + 1, end - 1);
}

function pushText(scanner: Scanner, content: string): void {
  const words = content
    .replaceAll(/[$~]|\\[a-zA-Z]+\s?|\\[\\ ,;!]/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const lower = words.toLowerCase().replaceAll(/[,.]/g, "").trim();
  if (lower === "") scanner.spaced = true;
  else if (lower === "and" || lower === "or") pushSign(scanner, lower);
  else if (percentWords.has(lower)) pushSign(scanner, "%");
  else {
    const unit = followsValue(scanner) ? unitOf(words.replace(/\.$/, "")) : undefined;
    push(scanner, unit === undefined ? { type: "text", text: words } : { type: "unit", text: unit });
  }
}

function followsValue({ tokens }: Scanner): boolean {
  const last = tokens.at(-1);
  return last !== undefined && (last.type === "number" || last.type === "unit" || "})%/".includes(last.text));
}

/** Letters outside of a command. */
function readWord(scanner: Scanner): void {
  const word = lettersAt(scanner.text, scanner.at);
  const joined = word.startsWith("and") ? "and" : word.startsWith("or") ? "or" : "";
  if (joined !== "" && (word === joined || /^[A-Z]/.test(word.slice(joined.length)))) {
    scanner.at += joined.length;
    pushSign(scanner, joined);
    return;
  }
  scanner.at += word.length;
  if (percentWords.has(word.toLowerCase())) {
    pushSign(scanner, "%");
    return;
  }
  if (word === "mod") {
    pushSign(scanner, "mod");
    return;
  }
  if (word === "U" && scanner.depth === 0 && [")", "]", "}", "\\}"].includes(scanner.tokens.at(-1)?.text ?? "")) {
    pushSign(scanner, "∪");
    return;
  }
  if (followsValue(scanner) && (scanner.plain || word.length > 1)) {
    const unit = unitOf(word);
    if (unit !== undefined && (word.length > 1 || scanner.spaced)) {
      push(scanner, { type: "unit", text: unit });
      return;
    }
  }
  if (word === "sqrt" || functions.has(word) || (word.length > 1 && constants.has(word))) {
    push(scanner, { type: "command", text: word });
    return;
  }
  if (word.length > 2 && greek.has(word)) {
    push(scanner, { type: "name", text: word });
    return;
  }
  if (word.length > (scanner.plain ? 2 : 3)) {
    push(scanner, { type: "text", text: word });
    return;
  }
  for (const letter of word) push(scanner, { type: "name", text: letter });
}

/** A command of text or of a font: words, one variable, a unit, or the name of a function. */
function readFont(scanner: Scanner, command: string): void {
  const start = scanner.at;
  const content = readGroup(scanner);
  const word = content.trim();
  if (/^[-\d\s.,]*\d$/.test(word)) {
    // A number that is set as text.
    scanner.at = start;
    return;
  }
  if (command.startsWith("math") || command === "bm" || command === "boldsymbol") {
    if (word.length === 1 && isLetter(word)) {
      push(scanner, { type: "name", text: word });
      return;
    }
    if (functions.has(word)) {
      push(scanner, { type: "command", text: word });
      return;
    }
    if (/[\\^_\d]/.test(content)) {
      // Only the font is left out; what is set in it is read as maths.
      scanner.at = start;
      return;
    }
  }
  pushText(scanner, content);
}

/** What stands behind a backslash. */
function readCommand(scanner: Scanner): void {
  const { text } = scanner;
  let name = lettersAt(text, scanner.at + 1);
  if (name === "") {
    const character = text[scanner.at + 1];
    scanner.at += 2;
    if (character === "{" || character === "}") {
      pushSign(scanner, `\\${character}`);
      return;
    }
    if (character === "%" || character === "|") {
      pushSign(scanner, character);
      return;
    }
    // Two backslashes before a command are one that was escaped twice; in a matrix they end a row.
    if (character === "\\" && scanner.environments > 0) {
      pushSign(scanner, "\\\\");
      return;
    }
    if (character === "\\" && isLetter(text[scanner.at])) scanner.at--;
    else if (character === undefined || !/[\s,;:!>()[\]\\$"'#&_]/.test(character)) throw unparseable;
    scanner.spaced = true;
    return;
  }
  if (name.startsWith("quad")) name = name.startsWith("qquad") ? "qquad" : "quad";
  scanner.at += 1 + name.length;
  if (ignoredCommands.has(name)) {
    // `\left.` and `\right.` are nothing.
    if ((name === "left" || name === "right") && text[scanner.at] === ".") scanner.at++;
    else if (name === "hspace" || name === "phantom") readGroup(scanner);
    scanner.spaced = true;
    return;
  }
  if (textCommands.has(name)) {
    readFont(scanner, name);
    return;
  }
  if (accents.has(name)) {
    push(scanner, { type: "name", text: `${name} ${readGroup(scanner).trim()}` });
    return;
  }
  if (name === "overline" || name === "bar") {
    push(scanner, { type: "name", text: `bar{${readGroup(scanner).trim()}}` });
    return;
  }
  if (name === "variable") {
    push(scanner, { type: "name", text: readGroup(scanner).replaceAll(/\s+/g, "") });
    return;
  }
  if (name === "operatorname") {
    if (text[scanner.at] === "*") scanner.at++;
    push(scanner, { type: "command", text: readGroup(scanner).trim() });
    return;
  }
  if (name === "mathbb" || name === "Bbb") {
    const letter = readGroup(scanner).trim();
    const known = blackboard.has(letter);
    push(scanner, { type: known ? "command" : "name", text: known ? `mathbb ${letter}` : letter });
    return;
  }
  if (name === "not") {
    readNegated(scanner);
    return;
  }
  if (name === "begin" || name === "end") {
    const environment = readGroup(scanner).trim();
    scanner.environments += name === "begin" ? 1 : -1;
    if (environment === "array" && name === "begin") readGroup(scanner);
    push(scanner, { type: "command", text: `${name} ${environment}` });
    return;
  }
  const known = symbols.get(name);
  if (known !== undefined) {
    pushSign(scanner, known);
    return;
  }
  if (greek.has(name)) {
    push(scanner, { type: "name", text: name.replace(/^var/, "") });
    return;
  }
  push(scanner, { type: "command", text: name });
}

/** `\not\in`, `\not=`. */
function readNegated(scanner: Scanner): void {
  while (scanner.text[scanner.at] === " ") scanner.at++;
  if (scanner.text[scanner.at] === "=") {
    scanner.at++;
    pushSign(scanner, "≠");
    return;
  }
  if (lettersAt(scanner.text, scanner.at + 1) !== "in") throw unparseable;
  scanner.at += 3;
  pushSign(scanner, "∉");
}

const pairs: ReadonlyMap<string, string> = new Map([
  ["<=", "≤"],
  [">=", "≥"],
  ["==", "="],
  ["!=", "≠"],
  ["**", "^"],
  ["->", "→"],
]);
const namedCharacters: ReadonlyMap<string, string> = new Map([
  ["π", "pi"],
  ["∞", "infty"],
  ["∅", "emptyset"],
  ["√", "√"],
]);
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** Currency, quotation marks, Markdown's code: they change no answer. */
const skipped = '$€£¥₹`"“”';

function readSign(scanner: Scanner, character: string): void {
  const pair = pairs.get(character + (scanner.text[scanner.at + 1] ?? ""));
  if (pair !== undefined) {
    scanner.at += 2;
    pushSign(scanner, pair);
    return;
  }
  scanner.at++;
  if (skipped.includes(character)) return;
  const named = namedCharacters.get(character);
  if (named !== undefined) {
    push(scanner, { type: "command", text: named });
    return;
  }
  const letter = greekLetter(character);
  if (letter !== undefined) {
    push(scanner, { type: "name", text: letter });
    return;
  }
  if (superscripts.includes(character)) {
    pushSign(scanner, "^");
    push(scanner, { type: "number", text: character, value: integer(superscripts.indexOf(character)) });
    return;
  }
  pushSign(scanner, symbols.get(character) ?? character);
}

/**
 * Tokens of an answer, the last one `end`. `plain`: text that is not maths, where `2,5` is a number and words are words.
 * Throws {@link Unparseable}, or `Exceeded` for a number with too many digits.
 */
export function tokenize(text: string, plain: boolean): Token[] {
  const scanner: Scanner = { text, plain, tokens: [], at: 0, depth: 0, environments: 0, spaced: false };
  while (scanner.at < text.length) {
    if (scanner.tokens.length > limits.answer) throw unparseable;
    const character = text[scanner.at]!;
    if (character === " " || character === "~" || /\s/.test(character)) {
      scanner.spaced = true;
      scanner.at++;
    } else if (
      isDigit(character) ||
      (character === "." && (isDigit(text[scanner.at + 1]) || text.startsWith("\\overline", scanner.at + 1)))
    ) {
      const read = readNumber(text, scanner.at, { plain, separators: scanner.depth <= 0 });
      push(scanner, {
        type: "number",
        text: text.slice(scanner.at, read.end),
        value: read.value,
        decimal: read.decimal,
      });
      scanner.at = read.end;
    } else if (character === "\\") readCommand(scanner);
    else if (isLetter(character)) readWord(scanner);
    else readSign(scanner, character);
  }
  scanner.tokens.push({ type: "end", text: "", spaced: scanner.spaced });
  return scanner.tokens;
}
