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
  isRelation,
  lineEnvironments,
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
   * `text`: words, of `\text{…}` or of plain text. `name`: one variable. `unit`: a unit behind a number. `currency`: one before it.
   * `end`: behind the last.
   */
  readonly type: "number" | "symbol" | "command" | "text" | "name" | "unit" | "currency" | "end";
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

/** How a text is written. */
export interface Notation {
  /** It is not maths: words are words, and no letters side by side. */
  readonly plain: boolean;
  /** `2,5` is a number, where the text has no other comma. */
  readonly decimalComma: boolean;
}

/** Where a tokenizer stands. */
interface Scanner {
  readonly text: string;
  /** Text that is not maths: words are words. */
  readonly plain: boolean;
  readonly tokens: Token[];
  at: number;
  /** Open brackets. */
  depth: number;
  /** Names of the LaTeX environments that are open. */
  readonly environments: string[];
  spaced: boolean;
  /** Whether it stands in `$…$`; null for a text without such signs, or with one that is money. */
  inDollars: boolean | null;
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

/** Commands whose argument nobody sees. */
const unseen: ReadonlySet<string> = new Set("hspace vspace phantom hphantom vphantom label".split(" "));

/** Wide space, a line's end, or that of maths, which part two statements and nothing else. */
const gap = "gap";

function pushText(scanner: Scanner, content: string): void {
  const words = content
    .replaceAll(/[$~]|\\[a-zA-Z]+\s?|\\[\\ ,;!]/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  // `\text{ hours and }15`
  const joint = / (and|or)$/.exec(words)?.[1];
  if (joint !== undefined && followsValue(scanner)) {
    pushText(scanner, words.slice(0, -joint.length));
    pushSign(scanner, joint);
    return;
  }
  const lower = words.toLowerCase().replaceAll(/[,.]/g, "").trim();
  if (lower === "") scanner.spaced = true;
  else if (lower === "and" || lower === "or" || lower === "mod") pushSign(scanner, lower);
  else if (percentWords.has(lower)) pushSign(scanner, "%");
  else if (/^(?:or )?(?:about|approximately|approx|roughly)$/.test(lower)) pushSign(scanner, "≈");
  else if ((words === "C" || words === "F") && followsDegree(scanner)) push(scanner, { type: "unit", text: words });
  else {
    const unit = followsValue(scanner) ? unitOf(words.replace(/\.$/, "")) : undefined;
    push(scanner, unit === undefined ? { type: "text", text: words } : { type: "unit", text: unit });
  }
}

function followsValue({ tokens }: Scanner): boolean {
  const last = tokens.findLast(({ text }) => text !== gap);
  return last !== undefined && (last.type === "number" || last.type === "unit" || "})%/".includes(last.text));
}

/** `30^\circ` or `30°`, with or without the braces of an exponent. */
function followsDegree({ tokens }: Scanner): boolean {
  const last = tokens.at(-1);
  const degree = last?.text === "}" ? tokens.at(-2) : last;
  return degree?.type === "symbol" && degree.text === "°";
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
  const hyphened = word.length > 3 && (scanner.plain || unitOf(word) !== undefined) ? hyphenation(scanner) : "";
  if (hyphened !== "") {
    scanner.at += hyphened.length;
    push(scanner, { type: "text", text: word + hyphened });
    return;
  }
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
  if ((word === "C" || word === "F") && followsDegree(scanner)) {
    push(scanner, { type: "unit", text: word });
    return;
  }
  if (
    scanner.tokens.length > 0 &&
    isAbout(word) &&
    /^[\s~]*[-−\d.\\(]/.test(scanner.text.slice(scanner.at, scanner.at + 8))
  ) {
    pushSign(scanner, "≈");
    return;
  }
  if (scanner.tokens.length > 0 && isOrdinal(scanner, word)) return;
  if (isRate(scanner, word)) {
    push(scanner, { type: "unit", text: unitOf(word)! });
    return;
  }
  const bracketed = bracketedUnit(scanner, word);
  if (bracketed !== undefined) {
    push(scanner, { type: "unit", text: bracketed });
    return;
  }
  if (followsValue(scanner) && (scanner.plain || word.length > 1 || scanner.tokens.at(-2)?.type === "unit")) {
    const unit = unitOf(word);
    const single = /^[a-z]$/.test(word) && (scanner.spaced || scanner.tokens.at(-1)?.text === "/");
    if (unit !== undefined && (word.length > 1 || single)) {
      push(scanner, { type: "unit", text: unit });
      return;
    }
  }
  // `lg` without a backslash may be l times g, but not before a number.
  const product = word === "lg" && !scanner.plain && !/^\s*[({\d]/.test(scanner.text.slice(scanner.at, scanner.at + 4));
  if (word === "sqrt" || (functions.has(word) && !product) || (word.length > 1 && constants.has(word))) {
    push(scanner, { type: "command", text: word });
    return;
  }
  if (word.length > 2 && greek.has(word)) {
    push(scanner, { type: "name", text: word });
    return;
  }
  // Beside `$…$` letters are words: "minimum at $x = 1$", "$2t$ ft".
  if (scanner.inDollars === false && word.length > 1 && !/^[A-Z]+$/.test(word)) {
    const unit = scanner.tokens.length > 0 ? unitOf(word) : undefined;
    push(scanner, unit === undefined ? { type: "text", text: word } : { type: "unit", text: unit });
    return;
  }
  if (word.length > (scanner.plain ? 2 : 3) || inPhrase(scanner, word)) {
    push(scanner, { type: "text", text: word });
    return;
  }
  for (const letter of word) push(scanner, { type: "name", text: letter });
}

/** `th` of `15th`, which is the number: it stands right behind a number that it fits. */
function isOrdinal({ tokens, spaced }: Scanner, word: string): boolean {
  const ending = /^(?:st|nd|rd|th)$/.test(word) && !spaced ? word : "";
  const last = tokens.at(-1);
  if (ending === "" || last?.type !== "number" || !/^\d+$/.test(last.text)) return false;
  const teen = /1\d$/.test(last.text);
  return (
    ending === (teen ? "th" : (({ 1: "st", 2: "nd", 3: "rd" } as Record<string, string>)[last.text.at(-1)!] ?? "th"))
  );
}

/** `m` of `10^8 m/s` at the end of an answer, where the letters stand for units. */
function isRate(scanner: Scanner, word: string): boolean {
  const { text, at, spaced, tokens } = scanner;
  if (word.length !== 1 || !spaced || text[at] !== "/" || !followsValue(scanner)) return false;
  const below = /^\/([a-zA-Z]{1,3})(?:\^\{?-?\d\}?)?$/.exec(text.slice(at))?.[1];
  const free = tokens.every(({ type }) => type !== "name");
  return below !== undefined && free && unitOf(word) !== undefined && unitOf(below) !== undefined;
}

const isAbout = (word: string): boolean => /^(?:about|approximately|approx|roughly)$/.test(word);

/** `-pounds` behind `foot`; empty where no word follows a hyphen. */
const hyphenation = ({ text, at }: Scanner): string =>
  text[at] === "-" ? (/^(?:-[a-z]{3,20}){1,3}(?![a-zA-Z\d(^_])/.exec(text.slice(at, at + 70))?.[0] ?? "") : "";

/** The unit of `107 (ft)`: it stands alone in brackets behind a number. One letter is one only at the end. */
function bracketedUnit({ text, at, tokens }: Scanner, word: string): string | undefined {
  const bracket = tokens.at(-1);
  if (bracket?.text !== "(" || !bracket.spaced || tokens.at(-2)?.type !== "number" || text[at] !== ")")
    return undefined;
  return word.length > 1 || /^\)\W*$/.test(text.slice(at)) ? unitOf(word) : undefined;
}

const isMathsWord = (word: string): boolean =>
  functions.has(word) || constants.has(word) || greek.has(word) || word === "sqrt";

/** Whether a short word stands in a phrase, `packs of gum`: a long one follows it or stood before it. `word` has been read. */
function inPhrase({ text, at, tokens, spaced }: Scanner, word: string): boolean {
  const before = tokens.findLast((token) => token.text !== gap);
  const behind = /^ +([a-zA-Z]+)/.exec(text.slice(at, at + 40))?.[1] ?? "";
  const continued = spaced && (before?.type === "text" || (before?.type === "unit" && word.length > 1));
  if (word.length === 1) return continued && word === "a" && behind.length > 2;
  return continued || (behind.length > 3 && !isMathsWord(behind) && behind !== "mod");
}

/** Money before its number, `$5`, or behind it, `5 €`. */
function pushCurrency(scanner: Scanner, unit: string): void {
  const { text, at } = scanner;
  const before = /^\s*(?:\{?\s*)?[\d.]/.test(text.slice(at, at + 8));
  if (before) push(scanner, { type: "currency", text: unit });
  else if (followsValue(scanner)) push(scanner, { type: "unit", text: unit });
  else scanner.spaced = true;
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
  if (scanner.tokens.length > 0 && isOrdinal(scanner, word)) return;
  // `\text{(about 0.52)}`
  const rounded = /^\s*\(?\s*(?:(?:or )?(?:about|approximately|approx\.?|roughly)|≈)\s*([\d.]{1,30})\s*\)?\s*$/.exec(
    content,
  )?.[1];
  if (rounded !== undefined && scanner.tokens.length > 0 && /^\d*\.?\d+$/.test(rounded)) {
    pushSign(scanner, "≈");
    const { value, decimal } = readNumber(rounded, 0, { decimalComma: false, separators: false });
    push(scanner, { type: "number", text: rounded, value, decimal });
    return;
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
    if (character === "\\" && scanner.environments.length > 0) {
      pushSign(scanner, "\\\\");
      return;
    }
    if (character === "$") {
      pushCurrency(scanner, "dollar");
      return;
    }
    if (character === "\\" && isLetter(text[scanner.at])) scanner.at--;
    else if (character === "\\") pushSign(scanner, gap);
    else if (character === undefined || !/[\s,;:!>()[\]"'#&_]/.test(character)) throw unparseable;
    scanner.spaced = true;
    return;
  }
  // `\quadx` is written for `\quad x`.
  const quad = /^q?quad/.exec(name)?.[0];
  if (quad !== undefined) name = quad;
  scanner.at += 1 + name.length;
  if (quad !== undefined) {
    pushSign(scanner, gap);
    return;
  }
  if (ignoredCommands.has(name)) {
    // `\left.` and `\right.` are nothing.
    if ((name === "left" || name === "right") && text[scanner.at] === ".") scanner.at++;
    else if (unseen.has(name)) readGroup(scanner);
    else if (name === "color" || name === "textcolor") readGroup(scanner);
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
  if (name === "textcircled") {
    pushCircled(scanner, readGroup(scanner).trim());
    return;
  }
  if (name === "variable") {
    push(scanner, { type: "name", text: readGroup(scanner).replaceAll(/\s+/g, "") });
    return;
  }
  if (name === "operatorname") {
    if (text[scanner.at] === "*") scanner.at++;
    const operator = readGroup(scanner).trim();
    if (operator === "mod") pushSign(scanner, operator);
    else push(scanner, { type: "command", text: operator });
    return;
  }
  if (name === "deg" && followsValue(scanner)) {
    pushSign(scanner, "°");
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
    if (name === "begin") scanner.environments.push(environment);
    else scanner.environments.pop();
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
  push(scanner, { type: "command", text: name === "lnot" ? "neg" : name });
}

/** `①③`: numbers of statements, which are a list also where nothing parts them. */
function pushCircled(scanner: Scanner, number: string): void {
  const before = scanner.tokens.at(-1);
  if (before?.type === "name" && before.text.startsWith("circled ")) pushSign(scanner, ",");
  push(scanner, { type: "name", text: `circled ${number}` });
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
const circledNumbers = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";
const vulgarFractions: ReadonlyMap<string, readonly [number, number]> = new Map(
  Array.from(
    "½12 ⅓13 ⅔23 ¼14 ¾34 ⅕15 ⅖25 ⅗35 ⅘45 ⅙16 ⅚56 ⅛18 ⅜38 ⅝58 ⅞78".matchAll(/(\S)(\d)(\d)/gu),
    ([, sign, above, below]) => [sign!, [Number(above), Number(below)]] as const,
  ),
);

/** `3½` is `3\frac{1}{2}`. */
function pushFraction(scanner: Scanner, parts: readonly [number, number]): void {
  push(scanner, { type: "command", text: "frac" });
  for (const part of parts) {
    pushSign(scanner, "{");
    push(scanner, { type: "number", text: String(part), value: integer(part) });
    pushSign(scanner, "}");
  }
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** Quotation marks, Markdown's code: they change no answer. */
const skipped = '`"“”';
const currencies: ReadonlyMap<string, string> = new Map([
  ["€", "euro"],
  ["¢", "cent"],
  ["£", "£"],
  ["¥", "yen"],
  ["₹", "rupee"],
]);

function readSign(scanner: Scanner, character: string): void {
  const pair = pairs.get(character + (scanner.text[scanner.at + 1] ?? ""));
  if (pair !== undefined) {
    scanner.at += 2;
    pushSign(scanner, pair);
    return;
  }
  if (scanner.text.startsWith("...", scanner.at)) {
    scanner.at += 3;
    pushSign(scanner, "…");
    return;
  }
  scanner.at++;
  if (skipped.includes(character)) return;
  if (character === "$") {
    // A dollar that has no partner is money; two of them enclose maths.
    if (scanner.inDollars === null) pushCurrency(scanner, "dollar");
    else {
      if (scanner.text[scanner.at] === "$") scanner.at++;
      scanner.inDollars = !scanner.inDollars;
      pushSign(scanner, gap);
    }
    return;
  }
  const money = currencies.get(character);
  if (money !== undefined) {
    pushCurrency(scanner, money);
    return;
  }
  // In lines that are aligned `&` only says where.
  if (character === "&" && lineEnvironments.has(scanner.environments.at(-1) ?? "")) return;
  const circled = circledNumbers.indexOf(character);
  if (circled >= 0) {
    pushCircled(scanner, String(circled + 1));
    return;
  }
  const part = vulgarFractions.get(character);
  if (part !== undefined) {
    pushFraction(scanner, part);
    return;
  }
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

/** Gaps that part two relations stay as separators; every other is white space. */
function withoutGaps(tokens: readonly Token[]): Token[] {
  const isGap = (token: Token | undefined): boolean => token?.type === "symbol" && token.text === gap;
  if (!tokens.some(isGap)) return [...tokens];
  const relates = ({ type, text }: Token): boolean => type === "symbol" && isRelation(text);
  const kept: Token[] = [];
  // Whether a relation stands in the statement so far, and in what stands before each next gap.
  let related = false;
  for (const [index, token] of tokens.entries()) {
    if (!isGap(token)) {
      related ||= relates(token);
      kept.push(isGap(tokens[index - 1]) ? { ...token, spaced: true } : token);
      continue;
    }
    if (isGap(tokens[index + 1])) continue;
    const rest = tokens.slice(index + 1);
    const end = rest.findIndex(isGap);
    const ahead = rest.slice(0, end < 0 ? undefined : end);
    // What stands next to a comma or a word that joins is parted already.
    const joined = [kept.at(-1), rest[0]].some(
      (beside) => beside?.type === "symbol" && /^(?:,|;|and|or|→|∧|∨)$/.test(beside.text),
    );
    if (!related || joined || !ahead.some(relates) || relates(rest[0]!)) continue;
    kept.push({ type: "symbol", text: ",", spaced: true });
    related = false;
  }
  return kept;
}

/** `\pi (\approx 3.14)` and `7/2 (or 3.5)` without the brackets, where they end the answer. */
function withoutRemark(tokens: Token[]): Token[] {
  const isSign = (at: number, ...signs: readonly string[]): boolean =>
    tokens[at]?.type === "symbol" && signs.includes(tokens[at].text);
  if (!isSign(tokens.length - 2, ")")) return tokens;
  const open = tokens.findLastIndex((_, at) => isSign(at, "("));
  if (open <= 0 || !isSign(open + 1, "≈", "or", "=") || tokens.slice(open + 2, -2).some(({ text }) => text === ")"))
    return tokens;
  return [...tokens.slice(0, open), ...tokens.slice(open + 1, -2), tokens.at(-1)!];
}

/** `(mod 7)` as `\pmod{7}`. */
function withModuli(tokens: Token[]): Token[] {
  for (let at = 1; at < tokens.length; at++) {
    if (tokens[at]!.text !== "mod" || tokens[at - 1]!.text !== "(" || tokens[at]!.type !== "symbol") continue;
    let [end, depth] = [at + 1, 1];
    for (; end < tokens.length; end++) {
      const { type, text } = tokens[end]!;
      if (type === "symbol" && text === "(") depth++;
      else if (type === "symbol" && text === ")" && --depth === 0) break;
    }
    if (end >= tokens.length) break;
    tokens[at - 1] = { ...tokens[at - 1]!, type: "command", text: "pmod" };
    tokens[at] = { ...tokens[at]!, text: "{" };
    tokens[end] = { ...tokens[end]!, text: "}" };
    at = end;
  }
  return tokens;
}

/**
 * Tokens of an answer, the last one `end`. Throws {@link Unparseable}, or `Exceeded` for a number with too many digits.
 */
export function tokenize(text: string, { plain, decimalComma }: Notation): Token[] {
  const scanner: Scanner = {
    text,
    plain,
    tokens: [],
    at: 0,
    depth: 0,
    environments: [],
    spaced: false,
    inDollars:
      text.includes("$") && (text.match(/\\?\$/g) ?? []).filter((sign) => sign === "$").length > 1 ? false : null,
  };
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
      const read = readNumber(text, scanner.at, { decimalComma, separators: scanner.depth <= 0 });
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
  return withoutRemark(withModuli(withoutGaps(scanner.tokens)));
}
