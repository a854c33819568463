/** Where the parser stands in the tokens of an answer, and its small steps. */
import type { Budget } from "./budget";
import { Exceeded, limits, spend } from "./budget";
import type { Expression } from "./expression";
import { integer } from "./rational";
import type { Token } from "./tokens";
import { unparseable } from "./tokens";

/** The parts of the parser that the levels below them call again. */
export interface Grammar {
  /** One expression or a list, up to a sign that ends it. */
  readonly items: (cursor: Cursor) => Expression;
  /** These have read their opening bracket. */
  readonly brackets: (cursor: Cursor, opening: "(" | "[") => Expression;
  readonly reversedInterval: (cursor: Cursor) => Expression;
  readonly set: (cursor: Cursor) => Expression;
  readonly braces: (cursor: Cursor) => Expression;
  /** What a command stands for. The command has been read. */
  readonly command: (cursor: Cursor, name: string) => Expression;
}

export interface Cursor {
  readonly grammar: Grammar;
  readonly tokens: Token[];
  readonly budget: Budget;
  at: number;
  depth: number;
  /** Operations so far that nest although nothing in the text does: `1/2/3`, `n!!`. */
  chained: number;
  /** Names that a sum or product counts with: in them `i` is no imaginary unit. */
  readonly bound: Set<string>;
  /** The integral that is being read, and the variable of its `dx` once that was met. */
  integral: { variable: string | null } | null;
  /** For each open bracket the signs that end an operand although it could go on: `|` in an absolute value, `:|` in a set. */
  readonly stops: string[];
}

export const peek = (cursor: Cursor, ahead = 0): Token =>
  cursor.tokens[Math.min(cursor.at + ahead, cursor.tokens.length - 1)]!;

export const isSign = (token: Token, text: string): boolean => token.type === "symbol" && token.text === text;
export const isCommand = (token: Token, text: string): boolean => token.type === "command" && token.text === text;

/** Steps over a sign if it is next. */
export function take(cursor: Cursor, text: string): boolean {
  if (!isSign(peek(cursor), text)) return false;
  cursor.at++;
  return true;
}

export function expect(cursor: Cursor, text: string): void {
  if (!take(cursor, text)) throw unparseable;
}

export function next(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.type === "end") throw unparseable;
  cursor.at++;
  return token;
}

/** Runs a part of the parser one level deeper. Throws {@link Exceeded} past the depth that is allowed. */
export function deeper<T>(cursor: Cursor, parse: (cursor: Cursor) => T): T {
  spend(cursor.budget);
  if (++cursor.depth > limits.depth) throw new Exceeded("too deeply nested");
  const result = parse(cursor);
  cursor.depth--;
  return result;
}

/** Counts an operation that is applied to the result of the one before. Throws {@link Exceeded} for too many. */
export function chain(cursor: Cursor): void {
  if (++cursor.chained > limits.chained) throw new Exceeded("too many operations in a row");
}

/** Runs a part of the parser inside of brackets, where `stops` end an operand. */
export function inside<T>(cursor: Cursor, stops: string, parse: (cursor: Cursor) => T): T {
  cursor.stops.push(stops);
  const result = deeper(cursor, parse);
  cursor.stops.pop();
  return result;
}
export const stopsAt = (cursor: Cursor, sign: string): boolean => cursor.stops.at(-1)?.includes(sign) ?? false;

/** One digit as an argument: `\frac12`, `\sqrt2x`. What is left of its number stays. Null when no number is next. */
export function takeDigit(cursor: Cursor): Expression | null {
  const token = peek(cursor);
  if (token.type !== "number") return null;
  if (token.text.length === 1 || token.decimal === true) {
    cursor.at++;
    return { kind: "number", value: token.value!, decimal: token.decimal === true };
  }
  const [digit, rest] = [token.text[0]!, token.text.slice(1)];
  if (!/^\d+$/.test(token.text)) throw unparseable;
  cursor.tokens[cursor.at] = { type: "number", text: rest, value: integer(BigInt(rest)), spaced: false };
  return { kind: "number", value: integer(BigInt(digit)), decimal: false };
}
