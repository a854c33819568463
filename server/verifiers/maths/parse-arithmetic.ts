/** Sums, products and powers of the parser, down to numbers, names and brackets. */
import { chain, deeper, expect, inside, isCommand, isSign, next, peek, stopsAt, take, takeDigit } from "./cursor";
import type { Cursor } from "./cursor";
import { call, constant, number, symbol } from "./expression";
import type { Expression } from "./expression";
import type { Rational } from "./rational";
import { add, isInteger, multiply, negate, rational } from "./rational";
import { isRemark, withCurrency, withSmallerUnits, withUnit } from "./parse-unit";
import { unparseable } from "./tokens";

const isInfinite = (expression: Expression): boolean =>
  expression.kind === "constant" && expression.name === "infinity";

/** The negative; of a written number the number itself. */
function negative(expression: Expression): Expression {
  return expression.kind === "number"
    ? { ...expression, value: negate(expression.value) }
    : expression.kind === "measure"
      ? { ...expression, value: negative(expression.value) }
      : call("negate", expression);
}

/** Whether no further sign comes first. */
const startsOperand = (cursor: Cursor): boolean => !["-", "+", "±", "∓"].some((sign) => isSign(peek(cursor), sign));

/** A product with its signs in front. */
function parseSigned(cursor: Cursor): Expression {
  const { type, text } = peek(cursor);
  if (type === "symbol") {
    if (text === "-" || text === "+" || text === "±" || text === "∓") {
      cursor.at++;
      // The sign is that of the first factor, which matters for `-1 \mod 2`.
      if (text === "-")
        return startsOperand(cursor) ? parseProduct(cursor, true) : negative(deeper(cursor, parseSigned));
      const operand = deeper(cursor, parseSigned);
      return text === "+" ? operand : call(text === "±" ? "plus or minus" : "minus or plus", operand);
    }
  }
  return parseProduct(cursor, false);
}

export function parseSum(cursor: Cursor): Expression {
  const terms = [parseSigned(cursor)];
  for (;;) {
    const { type, text } = peek(cursor);
    if (type !== "symbol" || !["+", "-", "±", "∓"].includes(text)) break;
    // Behind its `dx` an integral is over.
    if (cursor.integral !== null && cursor.integral.variable !== null) break;
    terms.push(parseSigned(cursor));
  }
  return terms.length === 1 ? terms[0]! : call("add", ...terms);
}

/** Signs before a factor, as in `2 · −3`, belong to it. */
function parseFactor(cursor: Cursor): Expression {
  if (take(cursor, "-")) return negative(deeper(cursor, parseFactor));
  if (take(cursor, "+")) return deeper(cursor, parseFactor);
  return parseAdjacent(cursor);
}

/** Factors joined by signs, from left to right. What stands side by side is one factor: `a / 8y` is `a / (8y)`. */
export function parseProduct(cursor: Cursor, negated = false): Expression {
  let factors = [negated ? negative(parseAdjacent(cursor)) : parseAdjacent(cursor)];
  const product = (): Expression => (factors.length === 1 ? factors[0]! : call("multiply", ...factors));
  for (;;) {
    const token = peek(cursor);
    if (token.type !== "symbol") return product();
    if (token.text === "*") {
      cursor.at++;
      const right = parseFactor(cursor);
      if (right !== differential) factors.push(right);
    } else if (token.text === "/" || token.text === "÷") {
      cursor.at++;
      chain(cursor);
      factors = [parseQuotient(cursor, product())];
    } else if (token.text === "mod") {
      cursor.at++;
      chain(cursor);
      factors = [call("modulo", product(), parseFactor(cursor))];
    } else return product();
  }
}

/** Behind a division sign. In `1/2 x` the fraction of two numbers stands apart from what follows. */
function parseQuotient(cursor: Cursor, dividend: Expression): Expression {
  const apart =
    dividend.kind === "number" &&
    peek(cursor).type === "number" &&
    (peek(cursor, 1).spaced || isSign(peek(cursor, 1), "(")) &&
    (peek(cursor, 1).type !== "symbol" || isSign(peek(cursor, 1), "("));
  if (!apart) return call("divide", dividend, parseFactor(cursor));
  const divisor = parsePower(cursor);
  const quotient = call("divide", dividend, divisor);
  return startsFactor(cursor) ? call("multiply", quotient, parseAdjacent(cursor)) : withUnit(cursor, quotient);
}

/** Whether the next token begins a factor that needs no sign before it. */
function startsFactor(cursor: Cursor): boolean {
  const { type, text } = peek(cursor);
  if (type === "name" || type === "number") return true;
  if (type === "command") return text !== "choose" && text !== "pmod" && !text.startsWith("end ");
  if (type !== "symbol") return false;
  if (text === "|" || text === "[") return !stopsAt(cursor, text);
  if (text === "(" && isSign(peek(cursor, 1), "mod")) return false;
  return ["(", "{", "\\{", "⌊", "⌈"].includes(text);
}

/** A proper fraction behind an integer makes a mixed number. */
function mixed(whole: Expression, fraction: Expression): Expression | null {
  if (whole.kind !== "number" || whole.decimal || !isInteger(whole.value)) return null;
  if (fraction.kind !== "call" || fraction.name !== "divide") return null;
  const [numerator, denominator] = fraction.args;
  if (numerator?.kind !== "number" || denominator?.kind !== "number") return null;
  const [upper, lower] = [numerator.value, denominator.value];
  if (!isInteger(upper) || !isInteger(lower) || upper.numerator <= 0n || upper.numerator >= lower.numerator)
    return null;
  return number(add(whole.value, rational(upper.numerator, lower.numerator)!));
}

/** `2xy`, `3\sin x`, `5\frac12`, `15 cm²`. */
function parseAdjacent(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.type === "currency") {
    cursor.at++;
    return withCurrency(deeper(cursor, parseAdjacent), token.text);
  }
  const factors = [parsePower(cursor)];
  while (startsFactor(cursor)) {
    // Words beside formulas are prose; a factor in words has its sign.
    if (factors[0]!.kind === "text") throw unparseable;
    const before = peek(cursor, -1);
    if (isRemark(cursor)) break;
    const literal = factors.at(-1)!.kind === "number" && before.type === "number";
    if (factors.length === 1 && literal && peek(cursor).type === "number") {
      factors[0] = parseMixed(cursor, factors[0]!);
      break;
    }
    if (peek(cursor).type === "number" && literal) throw unparseable;
    const isFraction = ["frac", "dfrac", "tfrac", "cfrac"].includes(peek(cursor).text);
    const factor = parsePower(cursor);
    const whole = factors.length === 1 && isFraction && before.type === "number" ? mixed(factors[0]!, factor) : null;
    if (whole !== null) factors[0] = whole;
    else if (factors.length === 1 && isAngle(factors[0]!, "°′") && isAngle(factor, "′″"))
      factors[0] = angleSum(factors[0], factor);
    else if (factor !== differential) factors.push(factor);
  }
  return withSmallerUnits(cursor, withUnit(cursor, factors.length === 1 ? factors[0]! : call("multiply", ...factors)));
}

type Angle = Expression & { kind: "measure" };
const isAngle = (expression: Expression, units: string): expression is Angle =>
  expression.kind === "measure" && expression.value.kind === "number" && units.includes(expression.unit);

/** `63° 45′` as degrees. */
function angleSum(angle: Angle, part: Angle): Expression {
  const degrees = ({ value, unit }: Angle): Rational =>
    multiply(
      (value as Expression & { kind: "number" }).value,
      rational(1n, unit === "°" ? 1n : unit === "′" ? 60n : 3600n)!,
    );
  return { kind: "measure", value: number(add(degrees(angle), degrees(part))), unit: "°" };
}

/** `3 1/2` of plain text. */
function parseMixed(cursor: Cursor, whole: Expression): Expression {
  const numerator = next(cursor);
  if (!numerator.spaced || !take(cursor, "/")) throw unparseable;
  const denominator = next(cursor);
  if (denominator.type !== "number") throw unparseable;
  const value = mixed(whole, call("divide", number(numerator.value!), number(denominator.value!)));
  if (value === null) throw unparseable;
  return value;
}

/** An atom with what stands behind it: `x_1'`, `n!`, `50%`, `90°`, `2^{10}`. */
export function parsePower(cursor: Cursor): Expression {
  let base = parseAtom(cursor);
  for (;;) {
    const token = peek(cursor);
    if (base.kind === "number") {
      const marks = primes(cursor);
      if (marks !== "") base = { kind: "measure", value: base, unit: marks.replace("''", "″").replace("'", "′") };
      if (marks !== "") continue;
    }
    if (token.type !== "symbol" || !["!", "%", "°", "^"].includes(token.text)) return base;
    chain(cursor);
    if (token.text === "!") {
      cursor.at++;
      const double = take(cursor, "!");
      // Of a third sign only brackets would say what it means.
      if (double && isSign(peek(cursor), "!")) throw unparseable;
      base = call(double ? "double factorial" : "factorial", base);
    } else if (token.text === "%") {
      if (base.kind !== "number" && !isInfinite(base) && base.kind !== "call") throw unparseable;
      cursor.at++;
      base = isInfinite(base) ? base : call("percent", base);
    } else if (token.text === "°") {
      cursor.at++;
      base = { kind: "measure", value: base, unit: "°" };
    } else {
      cursor.at++;
      base = parseExponent(cursor, base);
    }
  }
}

function parseExponent(cursor: Cursor, base: Expression): Expression {
  if (take(cursor, "°")) return { kind: "measure", value: base, unit: "°" };
  if (isSign(peek(cursor), "{") && isSign(peek(cursor, 1), "°")) {
    cursor.at += 2;
    expect(cursor, "}");
    return { kind: "measure", value: base, unit: "°" };
  }
  // `15^{\text{th}}`
  if (
    base.kind === "number" &&
    isSign(peek(cursor), "{") &&
    isSign(peek(cursor, 2), "}") &&
    /^(?:st|nd|rd|th)$/.test(peek(cursor, 1).text)
  ) {
    cursor.at += 3;
    return base;
  }
  return call("power", base, deeper(cursor, parseExponentValue));
}

function parseExponentValue(cursor: Cursor): Expression {
  if (take(cursor, "-")) return negative(deeper(cursor, parseExponentValue));
  if (take(cursor, "+")) return deeper(cursor, parseExponentValue);
  const atom = parseAtom(cursor);
  return take(cursor, "^") ? call("power", atom, deeper(cursor, parseExponentValue)) : atom;
}

/** `_1`, `_{n-1}` behind a name, as text of the name. */
export function parseSubscript(cursor: Cursor): string {
  if (!take(cursor, "_")) return "";
  if (!take(cursor, "{")) return `_${next(cursor).text}`;
  let text = "";
  for (let depth = 1; ;) {
    const token = next(cursor);
    if (isSign(token, "{")) depth++;
    else if (isSign(token, "}") && --depth === 0) return text === "" ? "" : `_${text}`;
    if (token.text === "") continue;
    text += token.text;
  }
}

/** The `dx` of an integral: a factor that is left out. */
const differential = number(1);

/** Letters that are taken for functions when a bracket follows at once. */
const functionLetters = new Set("f g h F G H P Q W phi psi".split(" "));

function parseName(cursor: Cursor, first: string): Expression {
  const subscript = parseSubscript(cursor);
  // In a sum over i, `x_i` is another number each time.
  if (cursor.bound.has(subscript.slice(1))) return call(`${first}_()`, symbol(subscript.slice(1)));
  const isFunction = functionLetters.has(first);
  const name = first + subscript + (isFunction ? inverse(cursor) : "") + primes(cursor);
  if (cursor.integral !== null && name === "d" && peek(cursor).type === "name" && !peek(cursor).spaced) {
    cursor.integral.variable ??= next(cursor).text;
    return differential;
  }
  return applied(cursor, name, isFunction) ?? named(cursor, name);
}

/** `^{-1}` of `f^{-1}(x)`, the inverse. */
function inverse(cursor: Cursor): string {
  const signs = ["^", "{", "-"].every((sign, ahead) => isSign(peek(cursor, ahead), sign));
  if (!signs || peek(cursor, 3).text !== "1" || !isSign(peek(cursor, 4), "}") || !isSign(peek(cursor, 5), "("))
    return "";
  cursor.at += 5;
  return "^-1";
}

/** `'`, `''`, `^{\prime}` behind a name, as they belong to it. */
function primes(cursor: Cursor): string {
  let found = "";
  while (take(cursor, "'")) found += "'";
  if (found !== "" || !isSign(peek(cursor), "^")) return found;
  if (isSign(peek(cursor, 1), "'")) {
    cursor.at += 2;
    return "'";
  }
  let ahead = 2;
  while (isSign(peek(cursor, ahead), "'")) ahead++;
  if (!isSign(peek(cursor, 1), "{") || ahead === 2 || !isSign(peek(cursor, ahead), "}")) return "";
  cursor.at += ahead + 1;
  return "'".repeat(ahead - 2);
}

/**
 * `f(x)`, `x(0)`, `y(1)`: a name that is applied to names or numbers. A letter that usually is no function, beside a name, is one only
 * where the value follows, as in `s(t) = 3t`: else `a(b)` is a product.
 */
function applied(cursor: Cursor, name: string, isFunction: boolean): Expression | null {
  if (!isSign(peek(cursor), "(") || peek(cursor).spaced || name === "e" || name === "i" || name === "pi") return null;
  // Only what is short is tried, as it may have to be read again.
  let ahead = 1;
  while (ahead <= 12 && ["name", "number"].includes(peek(cursor, ahead).type)) {
    ahead++;
    if (!isSign(peek(cursor, ahead), ",")) break;
    ahead++;
  }
  if (ahead === 1 || !isSign(peek(cursor, ahead), ")")) return null;
  const numbers = Array.from({ length: ahead - 1 }, (_, index) => peek(cursor, 1 + index)).every(
    ({ type, text }) => type === "number" || text === ",",
  );
  const isValued = isSign(peek(cursor, ahead + 1), "=");
  if (!isFunction && !numbers && !isValued) return null;
  cursor.at++;
  const argument = cursor.grammar.brackets(cursor, "(");
  return call(`${name}()`, ...(argument.kind === "group" ? argument.items : [argument]));
}

/** A variable, or e or i where nothing counts with them. */
function named(cursor: Cursor, name: string): Expression {
  return (name === "e" || name === "i") && !cursor.bound.has(name) ? constant(name) : symbol(name);
}

function parseNumber(cursor: Cursor): Expression {
  const token = next(cursor);
  const value = number(token.value!, token.decimal === true);
  if (!isSign(peek(cursor), "_")) return value;
  const base = Number(parseSubscript(cursor).slice(1));
  if (!Number.isInteger(base) || base < 2 || base > 36 || !/^\d+$/.test(token.text)) throw unparseable;
  return call("base", value, number(base));
}

export function parseAtom(cursor: Cursor): Expression {
  const token = peek(cursor);
  switch (token.type) {
    case "number":
      return parseNumber(cursor);
    case "name":
      cursor.at++;
      return parseName(cursor, token.text);
    case "command":
      cursor.at++;
      return deeper(cursor, (inner) => inner.grammar.command(inner, token.text));
    case "text":
    case "unit":
      cursor.at++;
      return { kind: "text", text: token.text };
    case "currency":
    case "end":
      throw unparseable;
    case "symbol":
      cursor.at++;
      return parseBracketed(cursor, token.text);
  }
}

function parseBracketed(cursor: Cursor, opening: string): Expression {
  switch (opening) {
    case "(":
    case "[":
      return cursor.grammar.brackets(cursor, opening);
    case "]":
      return cursor.grammar.reversedInterval(cursor);
    case "{":
      return cursor.grammar.braces(cursor);
    case "\\{":
      return cursor.grammar.set(cursor);
    case "|": {
      const value = inside(cursor, "|", parseSum);
      expect(cursor, "|");
      return call("abs", value);
    }
    case "⌊":
    case "⌈": {
      const value = inside(cursor, "", parseSum);
      expect(cursor, opening === "⌊" ? "⌋" : "⌉");
      return call(opening === "⌊" ? "floor" : "ceil", value);
    }
    default:
      throw unparseable;
  }
}

/** The argument of a command: braces, one digit, or one atom. */
export function parseArgument(cursor: Cursor): Expression {
  if (isSign(peek(cursor), "{")) {
    cursor.at++;
    return cursor.grammar.braces(cursor);
  }
  // A name without braces has no index here: `\int^b_a`.
  if (peek(cursor).type === "name") return named(cursor, next(cursor).text);
  return takeDigit(cursor) ?? (isCommand(peek(cursor), "sqrt") ? parsePower(cursor) : parseAtom(cursor));
}
