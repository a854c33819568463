/**
 * Reads an answer, LaTeX or plain text, as an expression. The levels from loosest to tightest: alternatives (`or`, `;`), items (`,`,
 * `and`), relations, ratios, operations on sets, sums, products, what stands side by side, powers, atoms.
 */
import type { Budget } from "./budget";
import { limits } from "./budget";
import { clockTime } from "./clock-time";
import { chain, deeper, expect, inside, isCommand, isSign, peek, stopsAt, take } from "./cursor";
import type { Cursor, Grammar } from "./cursor";
import { call } from "./expression";
import type { Expression, Relation } from "./expression";
import { isRelation } from "./names";
import { withUnitOfAll } from "./parse-unit";
import { parseSum } from "./parse-arithmetic";
import { parseCommand } from "./parse-commands";
import { isZero, rational } from "./rational";
import { tokenize, unparseable } from "./tokens";
import type { Notation, Token } from "./tokens";

const setOperations: ReadonlyMap<string, string> = new Map([
  ["∪", "union"],
  ["∩", "intersection"],
  ["∖", "difference"],
]);

function parseSetOperation(cursor: Cursor): Expression {
  let left = parseSum(cursor);
  for (;;) {
    const token = peek(cursor);
    const operation = token.type === "symbol" ? setOperations.get(token.text) : undefined;
    if (operation === undefined) return left;
    cursor.at++;
    chain(cursor);
    left = call(operation, left, parseSum(cursor));
  }
}

function parseRatio(cursor: Cursor): Expression {
  const first = parseSetOperation(cursor);
  if (!isSign(peek(cursor), ":") || stopsAt(cursor, ":")) return first;
  const parts = [first];
  while (take(cursor, ":")) parts.push(parseSetOperation(cursor));
  return call("ratio", ...parts);
}

/** One side of a relation, with the unit at its end. */
const parseSide = (cursor: Cursor): Expression => withUnitOfAll(parseRatio(cursor));

/** `a`, or `a < b ≤ c`. A sign at the very beginning (`= 5`, `≈ 5`) says nothing. */
function parseRelation(cursor: Cursor): Expression {
  // `1, 2, …, n`
  if (take(cursor, "…")) return { kind: "text", text: "…" };
  if (isSign(peek(cursor), "=") || isSign(peek(cursor), "≈")) cursor.at++;
  const operands = [parseSide(cursor)];
  const operators: Relation[] = [];
  for (;;) {
    const { type, text } = peek(cursor);
    if (type !== "symbol" || !isRelation(text)) break;
    cursor.at++;
    operators.push(text);
    const operand = parseSide(cursor);
    operands.push(operand);
    // `1/3 = 0.333…`
    if (text === "=" && operand.kind === "number" && operand.decimal && take(cursor, "…"))
      operators[operators.length - 1] = "≈";
  }
  if (isSign(peek(cursor), "(") && isSign(peek(cursor, 1), "mod")) {
    // `x \equiv 2 \ (\bmod 5)`
    cursor.at += 2;
    const modulus = inside(cursor, "", parseRatio);
    expect(cursor, ")");
    if (operators.length === 0) return call("modulo", operands[0]!, modulus);
    return { kind: "relation", operators: [...operators, "≡"], operands: [...operands, call("modulus", modulus)] };
  }
  if (operators.length === 0) {
    // `2 \pmod 5` without what it is the rest of.
    if (!isCommand(peek(cursor), "pmod")) return operands[0]!;
    cursor.at++;
    return call("modulo", operands[0]!, parseRatio(cursor));
  }
  if (isCommand(peek(cursor), "pmod")) {
    cursor.at++;
    operands.push(call("modulus", parseRatio(cursor)));
    return { kind: "relation", operators: [...operators, "≡"], operands };
  }
  return { kind: "relation", operators, operands };
}

/** `p ∧ q ∨ r`, where ∧ binds more. Conditions that ∧ and ∨ join are left to what reads lists. */
function parseLogic(cursor: Cursor): Expression {
  const first = parseRelation(cursor);
  if (first.kind === "relation") return first;
  const alternatives: Expression[][] = [[first]];
  for (;;) {
    const both = isSign(peek(cursor), "∧");
    if (!both && !isSign(peek(cursor), "∨")) break;
    cursor.at++;
    chain(cursor);
    if (!both) alternatives.push([]);
    alternatives.at(-1)!.push(parseRelation(cursor));
  }
  const joined = (name: string, parts: readonly Expression[]): Expression =>
    parts.length === 1 ? parts[0]! : call(name, ...parts);
  return joined(
    "logical or",
    alternatives.map((parts) => joined("logical and", parts)),
  );
}

interface Groups {
  readonly groups: Expression[][];
  /** The words that were met between items. */
  readonly words: Set<"and" | "or">;
}

/** Items up to a sign that ends them, in groups as `;` and `or` part them. */
function parseGroups(cursor: Cursor): Groups {
  const groups: Expression[][] = [[]];
  const words = new Set<"and" | "or">();
  const takeWord = (word: "and" | "or"): boolean => {
    const taken = take(cursor, word);
    if (taken) words.add(word);
    return taken;
  };
  let items = 0;
  for (;;) {
    if (++items > limits.items) throw unparseable;
    groups.at(-1)!.push(deeper(cursor, parseLogic));
    // Behind a condition these are the words.
    if (take(cursor, "∧")) words.add("and");
    else if (take(cursor, "∨")) {
      words.add("or");
      groups.push([]);
    } else if (take(cursor, ",")) {
      // A comma before `and` or `or` is part of it.
      if (takeWord("or")) groups.push([]);
      else takeWord("and");
      if (peek(cursor).type === "end" && groups.flat().length > 0) return { groups, words };
    } else if (take(cursor, ";") || takeWord("or")) groups.push([]);
    else if (!takeWord("and")) return { groups, words };
  }
}

const asTuple = (items: readonly Expression[]): Expression =>
  items.length === 1 ? items[0]! : { kind: "group", name: "tuple", items };

/** `k = 1, 2, 3` says that k is one of them. */
function spreadName(items: readonly Expression[]): Expression | null {
  const [first, ...others] = items;
  if (first?.kind !== "relation" || first.operators.length !== 1 || others.length === 0) return null;
  const operator = first.operators[0]!;
  if ((operator !== "=" && operator !== "∈") || others.some(({ kind }) => kind === "relation")) return null;
  const [name, value] = first.operands;
  return {
    kind: "relation",
    operators: [operator],
    operands: [name!, { kind: "group", name: "list", items: [value!, ...others] }],
  };
}

/** `n \equiv 1, 2 \pmod 3` says that n is one of them. */
function spreadModulus(items: readonly Expression[]): Expression | null {
  const [first, ...others] = items;
  const last = others.at(-1);
  if (first?.kind !== "relation" || first.operators.join() !== "≡") return null;
  if (last?.kind !== "call" || last.name !== "modulo" || others.some(({ kind }) => kind === "relation")) return null;
  const values = [first.operands[1]!, ...others.slice(0, -1), last.args[0]!];
  const modulus = call("modulus", last.args[1]!);
  return {
    kind: "group",
    name: "list",
    items: values.map((value) => ({
      kind: "relation",
      operators: ["≡", "≡"],
      operands: [first.operands[0]!, value, modulus],
    })),
    joined: "or",
  };
}

/** Everything between two brackets or of a whole answer: one expression, or a list. */
function parseItems(cursor: Cursor): Expression {
  const { groups, words } = parseGroups(cursor);
  const flat = groups.flat();
  if (flat.length === 1) return flat[0]!;
  const congruences = spreadModulus(flat);
  if (congruences !== null) return congruences;
  const spread = spreadName(flat);
  if (spread !== null && groups.length === 1) return spread;
  // `x = 1, y = 2; x = 3, y = 4` is a list of pairs, `1; 2; 3` one of numbers, `1, 2 or 3` too.
  const size = groups[0]!.length;
  const conditions = words.size === 2 && flat.some(({ kind }) => kind === "relation");
  const paired = groups.length > 1 && (conditions || groups.every((group) => group.length === size));
  const list = { kind: "group", name: "list", items: paired ? groups.map(asTuple) : flat } as const;
  // `or` binds less: `x > 1 and x < 2, or x > 5` is one of two pairs of conditions.
  const [joined] = words.has("or") ? ["or" as const] : words;
  return joined === undefined ? list : { ...list, joined };
}

/** `( … )`, `[ … )` and so on: a parenthesis, a tuple or an interval. The opening bracket has been read. */
function parseBrackets(cursor: Cursor, opening: "(" | "["): Expression {
  const { groups } = inside(cursor, "", parseGroups);
  const closing = peek(cursor).text;
  if (peek(cursor).type !== "symbol" || (closing !== ")" && closing !== "]")) throw unparseable;
  cursor.at++;
  const items = groups.flat();
  const [low, high] = items;
  if (items.length === 1) {
    if ((opening === "(") !== (closing === ")")) throw unparseable;
    return low!;
  }
  if (items.length === 2 && (opening === "[" || closing === "]"))
    return { kind: "interval", low: low!, high: high!, lowClosed: opening === "[", highClosed: closing === "]" };
  if ((opening === "(") !== (closing === ")")) throw unparseable;
  return { kind: "group", name: "tuple", items };
}

/** `]a, b[`, the other way to write an open interval. The first bracket has been read. */
function parseReversedInterval(cursor: Cursor): Expression {
  const items = inside(cursor, "[", parseGroups).groups.flat();
  const closing = peek(cursor).text;
  if (items.length !== 2 || peek(cursor).type !== "symbol" || (closing !== "[" && closing !== "]")) throw unparseable;
  cursor.at++;
  return { kind: "interval", low: items[0]!, high: items[1]!, lowClosed: false, highClosed: closing === "]" };
}

/** `\{ … \}`: a set, also by a condition. The opening brace has been read. */
function parseSet(cursor: Cursor): Expression {
  if (take(cursor, "\\}")) return { kind: "constant", name: "empty set" };
  const first = inside(cursor, ":|", parseRelation);
  if (take(cursor, ":") || take(cursor, "|")) {
    const condition = inside(cursor, "", parseItems);
    expect(cursor, "\\}");
    return call("such that", first, condition);
  }
  const items = [first];
  while (take(cursor, ",") || take(cursor, ";") || take(cursor, "and")) {
    if (items.length > limits.items) throw unparseable;
    items.push(inside(cursor, "", parseRelation));
  }
  expect(cursor, "\\}");
  return { kind: "group", name: "set", items };
}

/** `{ … }` of LaTeX: it only holds together, so `{1,2}` is a list that may mean a set or a pair. The brace has been read. */
function parseBraces(cursor: Cursor): Expression {
  const inner = inside(cursor, "", parseItems);
  if (isCommand(peek(cursor), "choose")) {
    cursor.at++;
    const lower = inside(cursor, "", parseItems);
    expect(cursor, "}");
    return call("binomial", inner, lower);
  }
  expect(cursor, "}");
  return inner;
}

/** An answer in words: only words, names, numbers and brackets around them. */
function parseText(tokens: readonly Token[]): Expression | null {
  const words = tokens.slice(0, -1);
  if (!words.some(({ type }) => type === "text")) return null;
  const begins = words[0]!.type === "text" || isSign(words[0]!, "(");
  if (!begins && words.some(({ type }) => type === "number" || type === "symbol")) return null;
  if (words.some(({ type }) => type === "command")) return null;
  const parts = words.map((token, index) => {
    if (token.type === "symbol" && !["(", ")", ",", "and", "or", "-", "'", "?", "!"].includes(token.text)) return null;
    return (token.spaced && index > 0 ? " " : "") + token.text;
  });
  return parts.includes(null) ? null : { kind: "text", text: parts.join("") };
}

const grammar: Grammar = {
  items: parseItems,
  brackets: parseBrackets,
  reversedInterval: parseReversedInterval,
  set: parseSet,
  braces: parseBraces,
  command: parseCommand,
};

/** Words at the end that say of which names a formula speaks: `\\text{ for any } c`, `for all real numbers x`. They tell no values. */
const generality =
  /[\s,]*(?:\\(?:quad|[,;: ])\s*)*(?:\\text\s*\{\s*|\b)(?:for (?:any|all|every|each|some)|where)\b(?:[\s{},$]|\\(?:text|in|mathbb)\b|\b(?:[a-zA-Z]|is|are|an?|any|arbitrary|real|complex|constants?|integers?|numbers?|and)\b)*$/;

/** Commands of which a program took the backslash and first letter for a line's end, a tab or a form feed: `\n` and `eq`. */
const restored = (text: string): string =>
  /[\n\t\f\r]/.test(text)
    ? text
        .replaceAll(/\n(?=eq\b|otin\b)/g, "\\n")
        .replaceAll(/\t(?=imes\b|ext\{|heta\b|frac\b)/g, "\\t")
        .replaceAll(/\f(?=rac\b)/g, "\\f")
        .replaceAll(/\r(?=ight\b)/g, "\\r")
    : text;

const simpleNumber = /^([-−]?)(\d{1,15})(?:\.(\d{1,15}))?$/;

/**
 * The expression that an answer is. A comma is a decimal point only where `decimalComma` says so and it is the only comma.
 * Throws `Unparseable` when there is no reading, `Exceeded` when it is beyond the limits.
 */
export function parseAnswer(text: string, { plain, decimalComma }: Notation, budget: Budget): Expression {
  const number = simpleNumber.exec(text);
  if (number !== null) {
    const fraction = number[3] ?? "";
    const value = rational(BigInt(number[2]! + fraction), 10n ** BigInt(fraction.length))!;
    const decimal = fraction !== "";
    if (number[1] === "" || isZero(value)) return { kind: "number", value, decimal };
    return { kind: "number", value: { numerator: -value.numerator, denominator: value.denominator }, decimal };
  }
  if (text.length > limits.answer) throw unparseable;
  const time = clockTime(text);
  if (time !== null) return { kind: "text", text: time };
  const oneComma = decimalComma && text.indexOf(",") === text.lastIndexOf(",");
  const tokens = tokenize(restored(text).replace(generality, ""), { plain, decimalComma: oneComma });
  if (tokens.length === 1) throw unparseable;
  const words = parseText(tokens);
  if (words !== null) return words;
  const cursor: Cursor = {
    grammar,
    tokens,
    budget,
    at: 0,
    depth: 0,
    chained: 0,
    bound: new Set(),
    integral: null,
    stops: [],
  };
  const expression = parseItems(cursor);
  if (peek(cursor).type !== "end") throw unparseable;
  return expression;
}
