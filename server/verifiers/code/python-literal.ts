/** Reads Python literals (https://docs.python.org/3/reference/lexical_analysis.html) without Python. */
import type { Value } from "../../protocol/sandbox";

const hexadecimal = (value: bigint): Value => ({
  int: value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`,
});

/** Characters of an integer that are read; Python itself refuses more than 4300 digits. */
const mostDigits = 4300;
const deepest = 90;

class NotLiteral extends Error {}
const fail = (): never => {
  throw new NotLiteral();
};

const numberPattern =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d+)?[jJ]?|\d(?:_?\d)*\.?(?:[eE][+-]?\d+)?[jJ]?)/y;
const stringPattern = /([rRbBuU]{0,2})('''|"""|'|")/y;
const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

/** The value that `text` is a literal of; null when it is none (a call, a name, an operation). */
export function pythonLiteral(text: string): Value | null {
  let at = 0;

  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const skip = () => match(/(?:[ \t\r\n\f]|\\\n|#[^\n]*)+/y);
  function take(token: string): boolean {
    skip();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  }
  const expect = (token: string) => {
    if (!take(token)) fail();
  };

  function number(): Value | null {
    const [digits] = match(numberPattern) ?? [];
    if (digits === undefined) return null;
    const plain = digits.replaceAll("_", "");
    if (plain.length > mostDigits || /\w/.test(text[at] ?? "")) return fail();
    if (/j$/i.test(plain)) return { complex: ["0.0", String(Number(plain.slice(0, -1)))] };
    if (/^0[xob]/i.test(plain)) return hexadecimal(BigInt(plain));
    if (/[.e]/i.test(plain)) return { float: Number(plain) === Infinity ? "inf" : String(Number(plain)) };
    return /^0+[1-9]/.test(plain) ? fail() : hexadecimal(BigInt(plain));
  }

  function escaped(isBytes: boolean): string {
    const next = text[at++];
    if (next === undefined) return fail();
    if (next === "\r" && text[at] === "\n") at++;
    const simple = escapes[next === "\r" ? "\n" : next];
    if (simple !== undefined) return simple;
    at--;
    const [octal] = match(/[0-7]{1,3}/y) ?? [];
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const [, code] = match(isBytes ? /x([0-9a-fA-F]{2})/y : /(?:x(?=(..))|u(?=(.{4}))|U(?=(.{8})))/y) ?? [];
    if (isBytes && code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (isBytes) return `\\${text[at++] ?? ""}`;
    const marker = text[at - 1];
    if (marker !== "x" && marker !== "u" && marker !== "U") return text[at] === "N" ? fail() : `\\${text[at++] ?? ""}`;
    const [digits] =
      match(marker === "x" ? /[0-9a-fA-F]{2}/y : marker === "u" ? /[0-9a-fA-F]{4}/y : /[0-9a-fA-F]{8}/y) ?? [];
    const point = digits === undefined ? Infinity : Number.parseInt(digits, 16);
    return point > 0x10ffff ? fail() : String.fromCodePoint(point);
  }

  function string(): Value | null {
    let parts: string | null = null;
    let isBytes = false;
    for (;;) {
      const before = at;
      skip();
      const [, prefix, quote] = match(stringPattern) ?? [];
      if (prefix === undefined || quote === undefined) {
        at = before;
        break;
      }
      const bytesHere = /b/i.test(prefix);
      if (parts !== null && bytesHere !== isBytes) return fail();
      isBytes = bytesHere;
      let piece = "";
      while (!text.startsWith(quote, at)) {
        const character = text[at++];
        if (character === undefined || (character === "\n" && quote.length === 1)) return fail();
        if (isBytes && character > "\x7f") return fail();
        if (character !== "\\") piece += character;
        else if (/r/i.test(prefix)) piece += `\\${text[at++] ?? fail()}`;
        else piece += escaped(isBytes);
      }
      at += quote.length;
      parts = (parts ?? "") + piece;
    }
    if (parts === null) return null;
    if (!isBytes) return parts;
    const codes = Array.from(parts, (character) => character.codePointAt(0)!);
    if (codes.some((code) => code > 255)) return fail();
    return { bytes: codes.map((code) => code.toString(16).padStart(2, "0")).join("") };
  }

  /** Values up to `close`; whether a comma ended the last one. */
  function items(close: string, depth: number): { values: Value[]; trailing: boolean } {
    const values: Value[] = [];
    let trailing = false;
    while (!take(close)) {
      if (values.length > 0 && !trailing) return fail();
      values.push(expression(depth));
      trailing = take(",");
    }
    return { values, trailing };
  }

  function braces(depth: number): Value {
    if (take("}")) return { dict: [] };
    const first = expression(depth);
    if (!take(":")) {
      const rest = take(",") ? items("}", depth).values : (expect("}"), []);
      return { set: [first, ...rest] };
    }
    const entries: [Value, Value][] = [[first, expression(depth)]];
    while (take(",")) {
      skip();
      if (text[at] === "}") break;
      const key = expression(depth);
      expect(":");
      entries.push([key, expression(depth)]);
    }
    expect("}");
    return { dict: entries };
  }

  const words: readonly (readonly [RegExp, Value])[] = [
    [/None\b/y, null],
    [/True\b/y, true],
    [/False\b/y, false],
    [/set\(\s*\)/y, { set: [] }],
    [/frozenset\(\s*\)/y, { frozenset: [] }],
    [/dict\(\s*\)/y, { dict: [] }],
    [/list\(\s*\)/y, { list: [] }],
    [/tuple\(\s*\)/y, { tuple: [] }],
  ];

  function atom(depth: number): Value {
    skip();
    for (const [pattern, value] of words) if (match(pattern)) return value;
    if (take("[")) return { list: items("]", depth).values };
    if (take("{")) return braces(depth);
    if (take("(")) {
      const { values, trailing } = items(")", depth);
      return values.length === 1 && !trailing ? values[0]! : { tuple: values };
    }
    // Text first: a number cannot begin with a letter or a quote, and null is a value.
    const found = string() ?? number();
    return found ?? fail();
  }

  function expression(depth: number): Value {
    if (depth > deepest) return fail();
    if (take("-")) return negated(expression(depth + 1));
    if (take("+")) {
      const value = expression(depth + 1);
      return typeof value === "object" && value !== null && ("int" in value || "float" in value) ? value : fail();
    }
    return atom(depth + 1);
  }

  function negated(value: Value): Value {
    const flip = (part: string) => (part.startsWith("-") ? part.slice(1) : `-${part}`);
    if (typeof value !== "object" || value === null) return fail();
    if ("int" in value) return value.int === "0x0" ? value : { int: flip(value.int) };
    if ("float" in value) return { float: flip(value.float) };
    if ("complex" in value) return { complex: [flip(value.complex[0]), flip(value.complex[1])] };
    return fail();
  }

  try {
    const first = expression(0);
    const values = [first];
    let isTuple = false;
    while (take(",")) {
      isTuple = true;
      skip();
      if (at < text.length) values.push(expression(0));
    }
    skip();
    if (at < text.length) return null;
    return isTuple ? { tuple: values } : first;
  } catch (error) {
    if (error instanceof NotLiteral) return null;
    throw error;
  }
}
