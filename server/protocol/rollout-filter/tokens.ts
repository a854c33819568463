/** A filter line, cut into words, numbers, texts, regular expressions and signs. */
import { t } from "../../shared/l10n";
import { UserError } from "../../shared/user-error";

/** What is wrong with a filter line, and where: characters from `from` to `to`. */
export class FilterError extends UserError {
  override readonly name = "FilterError";
  constructor(
    message: string,
    readonly from: number,
    readonly to: number,
  ) {
    super(message);
  }
}

interface At {
  readonly from: number;
  readonly to: number;
}
export type Token = At &
  (
    | { readonly kind: "word"; readonly text: string }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "regex"; readonly source: string; readonly flags: string }
    | { readonly kind: "sign"; readonly text: string }
  );

/** Characters of a line. */
export const longestFilter = 2000;

const space = /\s+/y;
/** A hyphen within a name is its own, as in `reasoning-rl`: nothing is subtracted here. */
const word = /[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*/uy;
const number = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy;
const sign = /<=|>=|==|!=|<>|!~|&&|\|\||[<>=~()!.]/y;
/** Within brackets a slash ends nothing. */
const regex = /\/((?:\[(?:\\[^\n]|[^\]\\\n])*\]|\\[^\n]|[^/\\[\n])+)\/([a-z]*)/y;

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function textAt(line: string, from: number): Token {
  const quote = line[from]!;
  let text = "";
  for (let at = from + 1; at < line.length; at++) {
    const character = line[at]!;
    if (character === quote) return { kind: "text", text, from, to: at + 1 };
    if (character !== "\\") {
      text += character;
      continue;
    }
    at++;
    const next = line[at];
    if (next === undefined) break;
    text += escapes[next] ?? next;
  }
  throw new FilterError(t("The text is not closed: write {0} behind it.", quote), from, line.length);
}

function regexAt(line: string, from: number): Token {
  regex.lastIndex = from;
  const found = regex.exec(line);
  if (found === null)
    throw new FilterError(t("The regular expression is not closed: write / behind it."), from, line.length);
  const [whole, source = "", flags = ""] = found;
  const to = from + whole.length;
  const odd = Array.from(flags).find((flag) => !"imsu".includes(flag));
  if (odd !== undefined)
    throw new FilterError(t("The flag {0} is not known here: i, m, s and u are.", odd), to - flags.length, to);
  try {
    new RegExp(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/: /s, "") : "";
    throw new FilterError(t("The regular expression is not right: {0}.", reason || t("it cannot be read")), from, to);
  }
  return { kind: "regex", source, flags, from, to };
}

/** Throws {@link FilterError}. */
export function tokensOf(line: string): Token[] {
  if (line.length > longestFilter)
    throw new FilterError(t("A filter has at most {0} characters.", longestFilter), longestFilter, line.length);
  const tokens: Token[] = [];
  const matched = (pattern: RegExp, from: number): string | null => {
    pattern.lastIndex = from;
    return pattern.exec(line)?.[0] ?? null;
  };
  for (let at = 0; at < line.length;) {
    const blank = matched(space, at);
    if (blank !== null) {
      at += blank.length;
      continue;
    }
    const token = tokenAt(line, at, matched);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

function tokenAt(line: string, from: number, matched: (pattern: RegExp, from: number) => string | null): Token {
  const first = line[from]!;
  if (first === '"' || first === "'") return textAt(line, from);
  if (first === "/") return regexAt(line, from);
  const digits = matched(number, from);
  if (digits !== null) return { kind: "number", value: Number(digits), from, to: from + digits.length };
  const name = matched(word, from);
  if (name !== null) return { kind: "word", text: name, from, to: from + name.length };
  const known = matched(sign, from);
  if (known !== null) return { kind: "sign", text: known, from, to: from + known.length };
  const odd = String.fromCodePoint(line.codePointAt(from)!);
  throw new FilterError(t("{0} means nothing here.", JSON.stringify(odd)), from, from + odd.length);
}
