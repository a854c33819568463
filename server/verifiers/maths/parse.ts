/**
 * Reads an answer, LaTeX or plain text, as an expression. The levels from loosest to tightest: alternatives (`or`, `;`), items (`,`,
 * `and`), relations, ratios, operations on sets, sums, products, what stands side by side, powers, atoms.
 */
import type { Budget } from "./budget";
import { limits } from "./budget";
import { chain, deeper, expect, inside, isCommand, isSign, peek, stopsAt, take } from "./cursor";
import type { Cursor, Grammar } from "./cursor";
import { call } from "./expression";
import type { Expression, Relation } from "./expression";
import { isRelation } from "./names";
import { parseSum } from "./parse-arithmetic";
import { parseCommand } from "./parse-commands";
import { isZero, rational } from "./rational";
import { tokenize, unparseable } from "./tokens";
import type { Token } from "./tokens";

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

/** `a`, or `a < b ≤ c`. A sign at the very beginning (`= 5`, `≈ 5`) says nothing. */
function parseRelation(cursor: Cursor): Expression {
  if (isSign(peek(cursor), "=") || isSign(peek(cursor), "≈")) cursor.at++;
  const operands = [parseRatio(cursor)];
  const operators: Relation[] = [];
  for (;;) {
    const { type, text } = peek(cursor);
    if (type !== "symbol" || !isRelation(text)) break;
    cursor.at++;
    operators.push(text);
    operands.push(parseRatio(cursor));
  }
  if (operators.length === 0) return operands[0]!;
  if (isCommand(peek(cursor), "pmod")) {
    cursor.at++;
    operands.push(call("modulus", parseRatio(cursor)));
    return { kind: "relation", operators: [...operators, "≡"], operands };
  }
  return { kind: "relation", operators, operands };
}

/** Items up to a sign that ends them, in groups as `;` and `or` part them. */
function parseGroups(cursor: Cursor): Expression[][] {
  const groups: Expression[][] = [[]];
  let items = 0;
  for (;;) {
    if (++items > limits.items) throw unparseable;
    groups.at(-1)!.push(deeper(cursor, parseRelation));
    if (take(cursor, ",")) {
      // A comma before `and` or `or` is part of it.
      if (!take(cursor, "and")) take(cursor, "or");
      if (peek(cursor).type === "end" && groups.flat().length > 0) return groups;
    } else if (take(cursor, ";") || take(cursor, "or")) groups.push([]);
    else if (!take(cursor, "and")) return groups;
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

/** Everything between two brackets or of a whole answer: one expression, or a list. */
function parseItems(cursor: Cursor): Expression {
  const groups = parseGroups(cursor);
  const flat = groups.flat();
  if (flat.length === 1) return flat[0]!;
  const spread = spreadName(flat);
  if (spread !== null && groups.length === 1) return spread;
  // `x = 1, y = 2; x = 3, y = 4` is a list of pairs, `1; 2; 3` one of numbers, `1, 2 or 3` too.
  const size = groups[0]!.length;
  const items = groups.length > 1 && groups.every((group) => group.length === size) ? groups.map(asTuple) : flat;
  return { kind: "group", name: "list", items };
}

/** `( … )`, `[ … )` and so on: a parenthesis, a tuple or an interval. The opening bracket has been read. */
function parseBrackets(cursor: Cursor, opening: "(" | "["): Expression {
  const groups = inside(cursor, "", parseGroups);
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
  const items = inside(cursor, "[", parseGroups).flat();
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

const simpleNumber = /^([-−]?)(\d{1,15})(?:\.(\d{1,15}))?$/;

/**
 * The expression that an answer is. `plain`: it stands outside of maths, so words are words and a comma may be a decimal point.
 * Throws `Unparseable` when there is no reading, `Exceeded` when it is beyond the limits.
 */
export function parseAnswer(text: string, plain: boolean, budget: Budget): Expression {
  const number = simpleNumber.exec(text);
  if (number !== null) {
    const fraction = number[3] ?? "";
    const value = rational(BigInt(number[2]! + fraction), 10n ** BigInt(fraction.length))!;
    const decimal = fraction !== "";
    if (number[1] === "" || isZero(value)) return { kind: "number", value, decimal };
    return { kind: "number", value: { numerator: -value.numerator, denominator: value.denominator }, decimal };
  }
  if (text.length > limits.answer) throw unparseable;
  const tokens = tokenize(text, plain);
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
