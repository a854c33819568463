/** Reads the SymPy source that the cases of latex2sympy2 expect as an expression of ours. */
import { call, constant, number, symbol } from "../../server/verifiers/maths/expression";
import type { Expression, Relation } from "../../server/verifiers/maths/expression";
import { multiply, power, rational } from "../../server/verifiers/maths/rational";
import type { Rational } from "../../server/verifiers/maths/rational";

type Value = Expression | readonly Value[] | string | boolean;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const pattern =
  /\s*('(?:[^'\\]|\\.)*'|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_]+)*|\*\*|.)/gy;

/** `1.5`, `-2.9E21`, `1/2` exactly. */
function readRational(text: string): Rational {
  const [upper, lower] = text.split("/");
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(upper!.trim());
  if (match === null) throw new Error(`no number: ${text}`);
  const [, minus, digits, fraction, exponent] = match;
  const value = rational(
    BigInt(`${digits!}${fraction!}`) * (minus === "-" ? -1n : 1n),
    10n ** BigInt(fraction!.length),
  )!;
  const scaled = multiply(value, power(rational(10n)!, BigInt(exponent ?? "0"))!);
  return lower === undefined ? scaled : multiply(scaled, power(readRational(lower), -1n)!);
}

const names: ReadonlyMap<string, Expression> = new Map([
  ["pi", constant("pi")],
  ["E", constant("e")],
  ["I", constant("i")],
  ["oo", constant("infinity")],
  ["S.EmptySet", constant("empty set")],
  ["S.Naturals", constant("naturals")],
  ["S.Integers", constant("integers")],
  ["S.Complexes", constant("complexes")],
  ["S.Half", number(rational(1n, 2n)!)],
  ["epsilon_lower", symbol("epsilon")],
  ["GoldenRatio", call("divide", call("add", number(1), call("root", number(5), number(2))), number(2))],
]);
const relations: Readonly<Record<string, Relation>> = { Eq: "=", StrictLessThan: "<", GreaterThan: "≥" };
const functions: Readonly<Record<string, string>> = {
  Add: "add",
  _Add: "add",
  MatAdd: "add",
  Mul: "multiply",
  _Mul: "multiply",
  MatMul: "multiply",
  Pow: "power",
  _Pow: "power",
  Mod: "modulo",
  igcd: "gcd",
  ilcm: "lcm",
  Max: "max",
  Min: "min",
  _Abs: "abs",
  ceiling: "ceil",
  _factorial: "factorial",
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  asinh: "arsinh",
  acosh: "arcosh",
  atanh: "artanh",
  root: "root",
  Union: "union",
  Intersection: "intersection",
  Complement: "difference",
};
const unchanged = new Set(["UnevaluatedExpr", "nsimplify", "Integer", "Float", "Rational", "Number"]);

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
function expression(value: Value | undefined): Expression {
  if (value === undefined || typeof value === "boolean" || isList(value)) throw new Error("an expression is missing");
  return typeof value === "string" ? { kind: "text", text: value } : value;
}

function apply(name: string, args: readonly Value[], keywords: ReadonlyMap<string, Value>): Value {
  const [first, second, third] = args;
  const relation = relations[name];
  if (relation !== undefined)
    return { kind: "relation", operators: [relation], operands: [expression(first), expression(second)] };
  if (unchanged.has(name)) {
    if (name === "Rational" && second !== undefined) return call("divide", expression(first), expression(second));
    return typeof first === "string" ? number(readRational(first)) : expression(first);
  }
  switch (name) {
    case "Symbol":
      if (typeof first !== "string") throw new Error("Symbol without a name");
      return symbol(first);
    case "Function":
      return `function ${typeof first === "string" ? first : ""}`;
    case "FiniteSet":
      return { kind: "group", name: "set", items: args.map(expression) };
    case "sympy.Tuple":
      return { kind: "group", name: "tuple", items: args.map(expression) };
    case "Interval":
      return {
        kind: "interval",
        low: expression(first),
        high: expression(second),
        lowClosed: keywords.get("left_open") !== true,
        highClosed: keywords.get("right_open") !== true,
      };
    case "Matrix": {
      if (first === undefined || !isList(first)) throw new Error("Matrix without rows");
      return { kind: "matrix", rows: first.map((row) => (isList(row) ? row.map(expression) : [expression(row)])) };
    }
    case "sqrt":
      return call("root", expression(first), number(2));
    case "_log":
      if (typeof second === "object" && "kind" in second && second.kind === "constant")
        return call("ln", expression(first));
      return call("log to base", expression(second), expression(first));
    case "Not": {
      const inner = expression(first);
      return inner.kind === "relation" ? { ...inner, operators: ["∉"] } : inner;
    }
    case "Sum":
    case "Product":
    case "Integral": {
      const bounds = (isList(second!) ? second : [second!]).map(expression);
      return call(name === "Sum" ? "sum" : name.toLowerCase(), expression(first), ...bounds);
    }
    case "Derivative":
      return call("derivative", expression(first), expression(second));
    case "Limit": {
      const from = keywords.get("dir");
      const side: Expression[] = typeof from === "string" ? [{ kind: "text", text: from }] : [];
      return call("limit", expression(first), expression(second), expression(third), ...side);
    }
  }
  return call(functions[name] ?? name, ...args.map(expression));
}

const peek = ({ tokens, at }: Reader): string => tokens[at] ?? "";
function take(reader: Reader, text: string): boolean {
  if (peek(reader) !== text) return false;
  reader.at++;
  return true;
}

function readList(reader: Reader, closing: string): { items: Value[]; keywords: Map<string, Value> } {
  const items: Value[] = [];
  const keywords = new Map<string, Value>();
  while (!take(reader, closing)) {
    if (reader.tokens[reader.at + 1] === "=" && /^\w+$/.test(peek(reader))) {
      const name = peek(reader);
      reader.at += 2;
      keywords.set(name, readSum(reader));
    } else items.push(readSum(reader));
    if (!take(reader, ",") && peek(reader) !== closing) throw new Error(`unexpected ${peek(reader)}`);
  }
  return { items, keywords };
}

function readAtom(reader: Reader): Value {
  const token = peek(reader);
  reader.at++;
  if (token === "(" || token === "[") {
    const { items } = readList(reader, token === "(" ? ")" : "]");
    return token === "(" && items.length === 1 ? items[0]! : items;
  }
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("\\\\", "\\");
  if (/^[\d.]/.test(token)) return number(readRational(token));
  if (token === "True" || token === "False") return token === "True";
  if (!/^\w/.test(token)) throw new Error(`unexpected ${token}`);
  if (!take(reader, "(")) return names.get(token) ?? symbol(token);
  const { items, keywords } = readList(reader, ")");
  const value = apply(token, items, keywords);
  // Function('f')(x)
  if (typeof value === "string" && take(reader, "("))
    return call(`${value.slice(9)}()`, ...readList(reader, ")").items.map(expression));
  return value;
}

function readPower(reader: Reader): Value {
  if (take(reader, "-")) return call("negate", expression(readPower(reader)));
  const base = readAtom(reader);
  return take(reader, "**") ? call("power", expression(base), expression(readPower(reader))) : base;
}

function readProduct(reader: Reader): Value {
  let left = readPower(reader);
  for (;;) {
    if (take(reader, "*")) left = call("multiply", expression(left), expression(readPower(reader)));
    else if (take(reader, "/")) left = call("divide", expression(left), expression(readPower(reader)));
    else return left;
  }
}

function readSum(reader: Reader): Value {
  let left = readProduct(reader);
  for (;;) {
    if (take(reader, "+")) left = call("add", expression(left), expression(readProduct(reader)));
    else if (take(reader, "-")) left = call("add", expression(left), call("negate", expression(readProduct(reader))));
    else return left;
  }
}

/** The expression that SymPy source stands for. Throws for what is not understood. */
export function readSympy(source: string): Expression {
  const tokens = [...source.matchAll(pattern)].map((match) => match[1]!);
  const reader: Reader = { tokens, at: 0 };
  const value = expression(readSum(reader));
  if (reader.at < tokens.length) throw new Error(`unexpected ${peek(reader)}`);
  return value;
}
