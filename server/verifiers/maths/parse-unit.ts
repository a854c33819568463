/** Units and words behind a value, and money before it. */
import { expect, isSign, next, peek, take } from "./cursor";
import type { Cursor } from "./cursor";
import { call, number } from "./expression";
import type { Expression } from "./expression";
import { unitOf } from "./names";
import { numberInWords, scaled } from "./number-words";
import type { Rational } from "./rational";
import { compare, isInteger, negate, one, rational } from "./rational";
import { unparseable } from "./tokens";
import { unitFactor } from "./units";

const isOne = ({ numerator, denominator }: Rational): boolean => numerator === denominator;

/** A value in a unit, with the words of the unit that belong to the number: `5 million dollars`, `5 squared`, `5 degrees below zero`. */
export function measured(value: Expression, words: string): Expression {
  if (value.kind === "measure" && value.unit === "°" && /^[CF]$/.test(words)) return { ...value, unit: `°${words}` };
  const written = value.kind === "number" ? value.value : rational(1n)!;
  let { value: size, unit } = scaled(written, words);
  const sign = /(?:^|\s)below zero$/.test(unit);
  if (sign) unit = unit.replace(/(?:^|\s)below zero$/, "");
  const exponent = /^(?:squared|cubed)$/.exec(unit)?.[0];
  if (exponent !== undefined) unit = "";
  let result: Expression;
  if (value.kind === "number") {
    if (sign) size = negate(size);
    result = size === value.value ? value : { kind: "number", value: size, decimal: value.decimal && !isInteger(size) };
  } else {
    result = isOne(size) ? value : call("multiply", value, { kind: "number", value: size, decimal: false });
    if (sign) result = call("negate", result);
  }
  if (exponent !== undefined)
    result = call("power", result, {
      kind: "number",
      value: rational(exponent === "cubed" ? 3n : 2n)!,
      decimal: false,
    });
  return unit === "" ? result : { kind: "measure", value: result, unit };
}

/** `^2`, `^{-1}` or `²` behind a unit, as text; empty without one. */
function unitExponent(cursor: Cursor): string {
  if (!take(cursor, "^")) return "";
  const braced = take(cursor, "{");
  const sign = take(cursor, "-") ? "-" : "";
  const exponent = next(cursor);
  if (exponent.type !== "number") throw unparseable;
  if (braced) expect(cursor, "}");
  const digits = exponent.text.replace("²", "2").replace("³", "3");
  return `^${sign}${digits}`;
}

/** The words of a remark in brackets, `(packs of gum)`, and its length in tokens; null when there is anything else in it. */
function remarkAhead(cursor: Cursor): { readonly words: string; readonly tokens: number } | null {
  if (!isSign(peek(cursor), "(")) return null;
  let words = "";
  let long = false;
  for (let ahead = 1; ahead <= 40; ahead++) {
    const token = peek(cursor, ahead);
    if (isSign(token, ")")) return long ? { words, tokens: ahead + 1 } : null;
    if (token.type === "name" ? token.text.length > 1 : !["text", "unit"].includes(token.type) && !isSign(token, "-"))
      return null;
    long ||= token.type === "text" || token.type === "unit";
    words += (words === "" || !token.spaced ? "" : " ") + token.text;
  }
  return null;
}

/** Whether words in brackets are next, as in `8 (packs of gum)`. */
export const isRemark = (cursor: Cursor): boolean => remarkAhead(cursor) !== null;

/** A unit or words behind a value: `15 cm²`, `12 red balls`, `60 km/h`, `8 (apples)`. */
export function withUnit(cursor: Cursor, value: Expression): Expression {
  if (value.kind === "text") return value;
  let unit = "";
  for (;;) {
    const { type, text } = peek(cursor);
    if (type === "unit" || type === "text") {
      // Words with further numbers, alternatives or conditions are no unit: "5 or 6", "0 for x > 1".
      if (/\d|\b(?:or|and|not|for|if|when|where|with|given|unless|otherwise|is|are|was|were|can|will)\b/i.test(text))
        throw unparseable;
      unit += (unit === "" || unit.endsWith("/") ? "" : " ") + text;
      cursor.at++;
      unit += unitExponent(cursor);
    } else if (unit !== "" && type === "symbol" && text === "/" && ["unit", "text"].includes(peek(cursor, 1).type)) {
      unit += "/";
      cursor.at++;
    } else if (
      unit !== "" &&
      type === "symbol" &&
      text === "*" &&
      peek(cursor, -1).type === "unit" &&
      unitOf(peek(cursor, 1).text) !== undefined
    ) {
      cursor.at++;
    } else {
      const remark = unit === "" ? remarkAhead(cursor) : null;
      if (remark !== null) {
        cursor.at += remark.tokens;
        // `12 (twelve)`
        const spelled = numberInWords(remark.words);
        if (spelled !== null && value.kind === "number" && compare(spelled, value.value) === 0) return value;
      }
      unit = (remark?.words ?? unit).replaceAll(/[()]/g, "");
      return unit.trim() === "" ? value : measured(value, unit.trim());
    }
  }
}

/** `5 ft 6 in`, `1 hour 30 minutes`: amounts of smaller and smaller units are one. */
export function withSmallerUnits(cursor: Cursor, first: Expression): Expression {
  let sum = first;
  let last: Rational | null = null;
  while (sum.kind === "measure" && peek(cursor).type === "number" && peek(cursor, 1).type === "unit") {
    const part = next(cursor);
    const factor = unitFactor(peek(cursor).text, sum.unit);
    if (factor === null || compare(factor, last ?? one) >= 0) throw unparseable;
    cursor.at++;
    const value = call("multiply", number(part.value!), number(factor));
    sum = { ...sum, value: call("add", sum.value, value) };
    last = factor;
  }
  return sum;
}

/** The unit behind the last term or factor is that of the whole: `3 × 10⁸ m`, `480 + 480√3 feet`. */
export function withUnitOfAll(expression: Expression): Expression {
  if (expression.kind !== "call" || !["add", "multiply", "negate", "divide"].includes(expression.name))
    return expression;
  const args = expression.args.map(withUnitOfAll);
  const last = args.at(-1)!;
  if (last.kind !== "measure" || last.unit === "°" || args.slice(0, -1).some(({ kind }) => kind === "measure"))
    return expression;
  return { ...last, value: { ...expression, args: [...args.slice(0, -1), last.value] } };
}

/** The unit of money before a value: `\$5 million`. */
export function withCurrency(value: Expression, unit: string): Expression {
  if (value.kind === "measure") return measured(value.value, `${value.unit} ${unit}`);
  return { kind: "measure", value, unit };
}
