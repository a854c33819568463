/** Numbers and simple arithmetic in running text. */

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= "0" && character <= "9";
const operators = "+-*/^×·÷−";
/** Characters on the left of a last number that are looked at. */
const reach = 200;

/** A number with its thousands, decimals, exponent, percent sign, or the quotient of two. */
const number =
  /[-−]?(?:\d[\d,]*\d|\d)?(?:\.\d+|\d)(?:[eE][+-]?\d+)?(?:\s*\/\s*\d+(?:\.\d+)?)?(?:\s*(?:\\?%|percent\b))?/;
const numberAtStart = new RegExp(`^[$€£¥₹(]?${number.source}`);

/** The number that a text begins with: `7, because …`, `$12.50 in all`. Null when it begins with anything else, or goes on as a formula. */
export function leadingNumber(text: string): string | null {
  const found = numberAtStart.exec(text)?.[0];
  if (found === undefined || found.startsWith("(")) return null;
  const rest = text.slice(found.length, found.length + 3);
  // `5 6`
  if (/^\s+[-−]?\d/.test(rest)) return null;
  return /^\s*[-+*/^=×·÷\\(<>]/.test(rest) || /^[a-zA-Z_{]/.test(rest) ? null : found;
}

/** Where the run of arithmetic that ends at `end` begins. */
function runStart(text: string, end: number, from: number): number {
  let start = end;
  const floor = Math.max(from, end - reach);
  while (start > floor) {
    const character = text[start - 1]!;
    if (isDigit(character) || character === ".") start--;
    else if (character === "," && isDigit(text[start]) && isDigit(text[start - 2])) start--;
    else if (character === ":" && isDigit(text[start]) && isDigit(text[start - 2])) start--;
    else if (operators.includes(character)) {
      let before = start - 2;
      while (before >= floor && text[before] === " ") before--;
      const operand = isDigit(text[before]) || text[before] === ")";
      if (operand && before >= floor) start = before + 1;
      // A sign, if the number follows it at once and nothing stands before it.
      else
        return (character === "-" || character === "−") &&
          /\s|[(=$€£:*]/.test(text[start - 2] ?? " ") &&
          isDigit(text[start])
          ? start - 1
          : start;
    } else if (character === ")" || character === "(") start--;
    else if (
      character === " " &&
      isDigit(text[start]) &&
      isDigit(text[start - 2]) &&
      /^\d{3}(?!\d)/.test(text.slice(start, start + 4))
    )
      start--;
    else break;
  }
  return start;
}

/** Whether every bracket has its partner. */
function balanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    else if (character === ")" && --depth < 0) return false;
  }
  return depth === 0;
}

/** `(7, 6)` or `[0, 1)` that ends right behind the last number. */
function bracketed(text: string, last: number, from: number): string | null {
  const closing = /^\s?[)\]]/.exec(text.slice(last + 1, last + 3))?.[0];
  if (closing === undefined) return null;
  const end = last + 1 + closing.length;
  for (let at = last; at >= Math.max(from, last - reach); at--) {
    const character = text[at]!;
    if (character === "(" || character === "[") {
      const inside = text.slice(at, end);
      return inside.includes(",") && !/[a-zA-Z]/.test(text[at - 1] ?? "") ? inside : null;
    }
    if (!/[\d\s.,/+*^−-]/.test(character)) return null;
  }
  return null;
}

/** The last number of a text from `from` on, with the arithmetic that it is part of; null without one. */
export function lastNumber(text: string, from: number): string | null {
  let last = text.length - 1;
  while (last >= from && !isDigit(text[last])) last--;
  if (last < from) return null;
  const pair = bracketed(text, last, from);
  if (pair !== null) return pair;
  const percent = /^\s*(?:\\?%|percent\b)/.exec(text.slice(last + 1, last + 10))?.[0] ?? "";
  const start = runStart(text, last + 1, from);
  // Part of a word, of a command or of a formula: `x2`, `\frac12`, `{12}`.
  if (/[\w\\{^]/.test(text[start - 1] ?? "") || text[last + 1] === "}") return null;
  let run = text.slice(start, last + 1);
  while (!balanced(run) && /^[()]/.test(run)) run = run.slice(1);
  if (!balanced(run)) run = /[\d.,]+$/.exec(run)?.[0] ?? run;
  const number = run.replace(/^[.,]+(?=\d*[.,])/, "") + percent;
  const before = text.slice(Math.max(from, start - reach), start);
  // `5/6 ≈ 0.83`
  if (/≈\s*$/.test(before)) {
    const exact = lastNumber(text.slice(0, start - before.length + before.lastIndexOf("≈")).trimEnd(), from);
    if (
      exact !== null &&
      text
        .slice(0, start)
        .replace(/\s*≈\s*$/, "")
        .endsWith(exact)
    )
      return `${exact} ≈ ${number}`;
  }
  // `3 or 4` are two answers; of `5? 6?`, `5 6` and `5, 6, 7` none is.
  const other = /(?<![\w.,/])[$€£]?([-−]?\d(?:[\d.,/]*\d)?),?\s+or\s+[$*]*$/.exec(before)?.[1];
  if (other !== undefined) return `${other} or ${number}`;
  return /\d(?:\?\s*|[ \t]+|,\s+[-−]?\d(?:[\d./]*\d)?,\s+)[$*]*$/.test(before) ? null : number;
}

const item = /^[-−+]?(?:\d[\d,]*\d|\d)(?:[./]\d+)?$/;

/** The numbers that a text ends with behind "are" or a colon: `The solutions are 2, 3 and 5.` Null without several. */
export function lastList(text: string): string | null {
  const end = text.slice(-reach).replace(/[\s.!]+$/, "");
  const start = Math.max(end.lastIndexOf(" are ") + 4, end.lastIndexOf(":"));
  if (start < 4) return null;
  const list = end.slice(start + 1).trim();
  const items = list.split(/\s*(?:[,;]|\s(?:and|or)\s)\s*/).filter((part) => part !== "");
  return items.length > 1 && items.every((part) => item.test(part)) ? list : null;
}
