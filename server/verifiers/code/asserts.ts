/**
 * Takes `assert` statements of Python apart. A comparison of one call, on literals, with a literal needs no interpreter: it is
 * read here. What is more than that is left to an interpreter of the tests' own.
 */
import type { Value } from "../../protocol/sandbox";
import { pythonLiteral } from "./python-literal";

export type Assertion =
  | {
      readonly kind: "equal";
      readonly source: string;
      readonly function: string;
      readonly arguments: readonly Value[];
      readonly expected: Value;
    }
  | { readonly kind: "other"; readonly source: string };

const quotes = /"""|'''|"|'/y;

/** Walks over `text` from character to character outside of strings and comments; `visit` says whether to stop there. */
function walk(text: string, visit: (at: number, depth: number) => boolean): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    quotes.lastIndex = at;
    const [quote] = quotes.exec(text) ?? [];
    if (quote !== undefined) {
      if (visit(at, depth)) return;
      at += quote.length;
      while (at < text.length && !text.startsWith(quote, at)) at += text[at] === "\\" ? 2 : 1;
      at += quote.length - 1;
      continue;
    }
    const character = text[at]!;
    if (character === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end - 1;
      continue;
    }
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (visit(at, depth)) return;
  }
}

/** Where the bracket that opens at `open` closes; -1 when it does not. */
function closing(text: string, open: number): number {
  let end = -1;
  walk(text.slice(open), (at, depth) => {
    if (depth === 0) end = open + at;
    return depth === 0;
  });
  return end;
}

/** The place of the first comma outside of brackets: a message follows it. */
function topLevelComma(text: string): number {
  let comma = -1;
  walk(text, (at, depth) => {
    if (depth === 0 && text[at] === ",") comma = at;
    return comma >= 0;
  });
  return comma;
}

/** Arguments of a call, all of them literals; null when one is not. */
function literals(text: string): Value[] | null {
  if (text.trim() === "") return [];
  // A comma of their own may end them already.
  const value = pythonLiteral(`(${text},)`) ?? pythonLiteral(`(${text})`);
  return value !== null && typeof value === "object" && "tuple" in value ? value.tuple : null;
}

/** One `assert` statement. */
export function assertion(source: string): Assertion {
  const other = { kind: "other", source } as const;
  const [start, name] = /^\s*assert\s+([A-Za-z_]\w*)\(/.exec(source) ?? [];
  if (start === undefined || name === undefined) return other;
  const end = closing(source, start.length - 1);
  if (end < 0) return other;
  // Names in it might be the program's, and mean something that is to be compared with.
  const values = literals(source.slice(start.length, end));
  const [operator] = /^\s*==/.exec(source.slice(end + 1)) ?? [];
  if (values === null || operator === undefined) return other;
  const rest = source.slice(end + 1 + operator.length);
  const comma = topLevelComma(rest);
  const expected = (comma < 0 ? rest : rest.slice(0, comma)).trim();
  const value = pythonLiteral(expected);
  // None is a literal whose value is null as well.
  if (value === null && expected !== "None") return other;
  return { kind: "equal", source: source.trim(), function: name, arguments: values, expected: value };
}

/** The statements of a text of asserts, one after the other; null when there is anything else in it. */
export function splitAsserts(text: string): string[] | null {
  const starts: number[] = [];
  const others: number[] = [];
  let isLineStart = true;
  walk(text, (at, depth) => {
    const character = text[at]!;
    if (character === "\n" || character === ";") isLineStart ||= depth === 0;
    else if (isLineStart && !/\s/.test(character)) {
      isLineStart = false;
      (/^assert\b/.test(text.slice(at, at + 7)) ? starts : others).push(at);
    }
    return others.length > 0;
  });
  if (others.length > 0) return null;
  return starts.map((start, index) =>
    text
      .slice(start, starts[index + 1] ?? text.length)
      .trim()
      .replace(/;$/, ""),
  );
}
