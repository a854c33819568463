/** What LaTeX commands stand for: fractions, roots, functions, sums, integrals, matrices. */
import { deeper, expect, inside, isCommand, isSign, next, peek, take } from "./cursor";
import type { Cursor } from "./cursor";
import { call, constant, number, symbol } from "./expression";
import type { Expression } from "./expression";
import { blackboard, constants, functions, inverseFunctions } from "./names";
import { parseArgument, parseAtom, parsePower, parseProduct, parseSubscript, parseSum } from "./parse-arithmetic";
import { unparseable } from "./tokens";

/** Names of lines, angles and triangles. */
const shapes = new Set(["angle", "measuredangle", "triangle", "square", "odot", "widehat", "arc"]);
const manyArguments = new Set(["gcd", "lcm", "max", "min"]);

export function parseCommand(cursor: Cursor, name: string): Expression {
  const known = constants.get(name);
  if (known !== undefined) return constant(known);
  const applied = functions.get(name);
  if (applied !== undefined) return parseFunction(cursor, applied);
  switch (name) {
    case "frac":
    case "dfrac":
    case "tfrac":
    case "cfrac":
      return parseFraction(cursor);
    case "sqrt":
      return parseRoot(cursor);
    case "√":
      return call("root", isSign(peek(cursor), "(") ? parseOperand(cursor) : parseAtom(cursor), number(2));
    case "binom":
    case "dbinom":
    case "tbinom":
      return call("binomial", parseArgument(cursor), parseArgument(cursor));
    case "boxed":
    case "fbox":
    case "mathstrut":
      return parseArgument(cursor);
    case "sum":
    case "prod":
      return parseSeries(cursor, name === "sum" ? "sum" : "product");
    case "lim":
      return parseLimit(cursor);
    case "int":
      return parseIntegral(cursor);
    case "char":
      return parseCharacter(cursor);
    case "choose":
    case "pmod":
      throw unparseable;
  }
  if (name.startsWith("mathbb ")) return parseNumberSet(cursor, name.slice(7));
  if (name.startsWith("begin ")) return parseEnvironment(cursor, name.slice(6));
  if (name.startsWith("end ")) throw unparseable;
  if (shapes.has(name)) return parseShape(cursor, name);
  return symbol(name + parseSubscript(cursor));
}

function parseNumberSet(cursor: Cursor, letter: string): Expression {
  const set = constant(blackboard.get(letter)!);
  if (take(cursor, "^")) {
    const sign = isSign(peek(cursor), "{") ? (cursor.at++, next(cursor)) : next(cursor);
    if (isSign(peek(cursor), "}")) cursor.at++;
    return call(`superscript ${sign.text}`, set);
  }
  return set;
}

/** `\frac{d}{dx} y` is a derivative, every other a quotient. */
function parseFraction(cursor: Cursor): Expression {
  const [open, d, close] = [peek(cursor), peek(cursor, 1), peek(cursor, 2)];
  if (isSign(open, "{") && d.type === "name" && d.text === "d" && isSign(close, "}")) {
    const [below, differential, variable, end] = [3, 4, 5, 6].map((ahead) => peek(cursor, ahead));
    if (isSign(below!, "{") && differential!.text === "d" && variable!.type === "name" && isSign(end!, "}")) {
      cursor.at += 7;
      return call("derivative", parseProduct(cursor), symbol(variable!.text));
    }
  }
  return call("divide", parseArgument(cursor), parseArgument(cursor));
}

/** `\sqrt x`, `\sqrt[3]{x}`, `sqrt(x)`. */
function parseRoot(cursor: Cursor): Expression {
  let degree: Expression | null = null;
  if (take(cursor, "[")) {
    degree = inside(cursor, "", parseSum);
    expect(cursor, "]");
  }
  const radicand = parseArgument(cursor);
  return degree === null ? call("root", radicand, number(2)) : call("root", radicand, degree);
}

/** What a function is applied to when no bracket says: what stands side by side, up to the next function. */
function parseOperand(cursor: Cursor): Expression {
  if (isSign(peek(cursor), "(")) {
    cursor.at++;
    return cursor.grammar.brackets(cursor, "(");
  }
  if (isSign(peek(cursor), "-")) throw unparseable;
  const factors = [parsePower(cursor)];
  // "max at x = 7" is a sentence.
  if (factors[0]!.kind === "text") throw unparseable;
  for (;;) {
    const token = peek(cursor);
    const constantNext = token.type === "command" && (constants.has(token.text) || /^[dt]?frac$/.test(token.text));
    if (token.type !== "name" && token.type !== "number" && !constantNext && !isCommand(token, "sqrt")) break;
    if (cursor.integral !== null && token.text === "d") break;
    factors.push(parsePower(cursor));
  }
  return factors.length === 1 ? factors[0]! : call("multiply", ...factors);
}

function parseFunction(cursor: Cursor, name: string): Expression {
  let base: Expression | null = null;
  let power: Expression | null = null;
  for (;;) {
    if (base === null && name === "log" && take(cursor, "_")) base = parseArgument(cursor);
    else if (power === null && take(cursor, "^"))
      power = take(cursor, "-") ? call("negate", parseArgument(cursor)) : parseArgument(cursor);
    else break;
  }
  const minusOne = (value: Expression): boolean =>
    (value.kind === "call" &&
      value.name === "negate" &&
      value.args[0]?.kind === "number" &&
      value.args[0].value.numerator === 1n) ||
    (value.kind === "number" && value.value.numerator === -1n);
  if (power !== null && minusOne(power)) {
    const inverse = inverseFunctions.get(name);
    if (inverse !== undefined) {
      name = inverse;
      power = null;
    }
  }
  const operand = deeper(cursor, parseOperand);
  const args = operand.kind === "group" && operand.name === "tuple" ? operand.items : [operand];
  if (args.length > 1 && !manyArguments.has(name)) throw unparseable;
  const applied = base === null ? call(name, ...args) : call("log to base", base, ...args);
  return power === null ? applied : call("power", applied, power);
}

/** `_{k=1}^{n}`, in either order. */
function parseBounds(cursor: Cursor): { below: Expression | null; above: Expression | null } {
  let below: Expression | null = null;
  let above: Expression | null = null;
  for (;;) {
    if (isSign(peek(cursor), "_") || isSign(peek(cursor), "^")) {
      const lower = next(cursor).text === "_";
      if (isSign(peek(cursor), "{") && isSign(peek(cursor, 1), "}")) {
        cursor.at += 2;
        continue;
      }
      // The name that is counted with is no imaginary unit, below and in what follows.
      const counter = peek(cursor, 1);
      if (lower && counter.type === "name" && isSign(peek(cursor, 2), "=")) cursor.bound.add(counter.text);
      const bound = parseArgument(cursor);
      if (lower) below = bound;
      else above = bound;
    } else return { below, above };
  }
}

function parseSeries(cursor: Cursor, name: "sum" | "product"): Expression {
  const { below, above } = parseBounds(cursor);
  const body = deeper(cursor, parseProduct);
  if (
    below?.kind !== "relation" ||
    below.operators[0] !== "=" ||
    below.operands[0]?.kind !== "symbol" ||
    above === null
  )
    throw unparseable;
  return call(name, body, below.operands[0], below.operands[1]!, above);
}

function parseLimit(cursor: Cursor): Expression {
  expect(cursor, "_");
  expect(cursor, "{");
  const variable = parseSum(cursor);
  expect(cursor, "→");
  const point = parseLimitPoint(cursor);
  expect(cursor, "}");
  return call("limit", deeper(cursor, parseProduct), variable, ...point);
}

/** Where a limit goes, with `^+` or `^-` as a text behind it. */
function parseLimitPoint(cursor: Cursor): Expression[] {
  for (const sign of ["+", "-"]) {
    for (const [mark, behind] of [
      ["{", 3],
      ["", 1],
    ] as const) {
      const at = mark === "{" ? 2 : 1;
      if (isSign(peek(cursor, 1), "^") && isSign(peek(cursor, 1 + at), sign)) {
        const point = parseArgument(cursor);
        cursor.at += behind + 1;
        return [point, { kind: "text", text: sign }];
      }
    }
  }
  return [parseSum(cursor)];
}

function parseIntegral(cursor: Cursor): Expression {
  const { below, above } = parseBounds(cursor);
  const outer = cursor.integral;
  const integral: { variable: string | null } = { variable: null };
  cursor.integral = integral;
  const body = deeper(cursor, parseSum);
  cursor.integral = outer;
  if (integral.variable === null || (below === null) !== (above === null)) throw unparseable;
  const bounds = below === null || above === null ? [] : [below, above];
  return call("integral", body, symbol(integral.variable), ...bounds);
}

/** `\char"190` is an epsilon; no other character is known. */
function parseCharacter(cursor: Cursor): Expression {
  const code = next(cursor);
  if (code.type !== "number" || Number(code.text) !== 190) throw unparseable;
  return symbol("epsilon");
}

function parseShape(cursor: Cursor, name: string): Expression {
  let text = name === "measuredangle" ? "angle" : name;
  const braced = take(cursor, "{");
  while (peek(cursor).type === "name") text += ` ${next(cursor).text}`;
  if (braced) expect(cursor, "}");
  return symbol(text);
}

const matrices = new Set(["matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "Vmatrix", "smallmatrix", "array"]);
const lines = new Set(["cases", "aligned", "align*", "align", "gathered", "split", "equation", "equation*"]);

function parseEnvironment(cursor: Cursor, name: string): Expression {
  if (!matrices.has(name) && !lines.has(name)) throw unparseable;
  const rows: Expression[][] = [[]];
  const closes = (): boolean => isCommand(peek(cursor), `end ${name}`);
  while (!closes()) {
    if (take(cursor, "\\\\")) {
      if (!closes()) rows.push([]);
    } else if (take(cursor, "&")) continue;
    else rows.at(-1)!.push(inside(cursor, "", cursor.grammar.items));
  }
  cursor.at++;
  if (rows.some((row) => row.length !== rows[0]!.length || row.length === 0)) throw unparseable;
  if (name === "vmatrix") return call("det", { kind: "matrix", rows });
  if (matrices.has(name)) return { kind: "matrix", rows };
  const items = rows.map(
    (row) => (row.length === 1 ? row[0]! : { kind: "group", name: "tuple", items: row }) satisfies Expression,
  );
  return items.length === 1 ? items[0]! : { kind: "group", name: "list", items };
}
