/** Sets of real numbers as intervals in order, so that `x ≠ 1`, `(−∞, 1) ∪ (1, ∞)` and `\mathbb{R} ∖ \{1\}` can be seen to be the same. */
import type { Budget } from "./budget";
import { call, constant } from "./expression";
import type { Expression, Relation } from "./expression";
import { freeNames } from "./free-names";
import { order } from "./same-value";

/** An interval that is not empty; a single number has both bounds closed and equal. */
interface Piece {
  readonly low: Expression;
  readonly high: Expression;
  readonly lowClosed: boolean;
  readonly highClosed: boolean;
}
/** In order, apart from each other. */
export type RealSet = readonly Piece[];

const infinity = constant("infinity");
const minusInfinity = call("negate", infinity);
const everything: RealSet = [{ low: minusInfinity, high: infinity, lowClosed: false, highClosed: false }];

/** Ends a construction in which two bounds could not be put in order. */
class Incomparable extends Error {
  override readonly name = "Incomparable";
}
const incomparable = new Incomparable("bounds that cannot be put in order");

function compareBounds(a: Expression, b: Expression, budget: Budget): number {
  const result = order(a, b, budget);
  if (result === null) throw incomparable;
  return result;
}

const isInfinite = (bound: Expression): boolean =>
  (bound.kind === "constant" && bound.name === "infinity") ||
  (bound.kind === "call" && bound.name === "negate" && isInfinite(bound.args[0]!));

/** One interval, or nothing when its bounds are the wrong way round. */
function interval(low: Expression, high: Expression, lowClosed: boolean, highClosed: boolean, budget: Budget): RealSet {
  const sided = { low, high, lowClosed: lowClosed && !isInfinite(low), highClosed: highClosed && !isInfinite(high) };
  const sorted = compareBounds(low, high, budget);
  return sorted < 0 || (sorted === 0 && sided.lowClosed && sided.highClosed) ? [sided] : [];
}

export function union(a: RealSet, b: RealSet, budget: Budget): RealSet {
  const pieces = [...a, ...b].sort((x, y) => {
    const sorted = compareBounds(x.low, y.low, budget);
    return sorted !== 0 ? sorted : Number(y.lowClosed) - Number(x.lowClosed);
  });
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    const gap = last === undefined ? 1 : compareBounds(piece.low, last.high, budget);
    if (last === undefined || gap > 0 || (gap === 0 && !piece.lowClosed && !last.highClosed)) {
      merged.push(piece);
      continue;
    }
    const further = compareBounds(piece.high, last.high, budget);
    if (further > 0) merged[merged.length - 1] = { ...last, high: piece.high, highClosed: piece.highClosed };
    else if (further === 0) merged[merged.length - 1] = { ...last, highClosed: last.highClosed || piece.highClosed };
  }
  return merged;
}

export function complement(set: RealSet, budget: Budget): RealSet {
  let low: Expression = minusInfinity;
  let lowClosed = false;
  const rest: Piece[] = [];
  for (const piece of set) {
    rest.push(...interval(low, piece.low, lowClosed, !piece.lowClosed, budget));
    low = piece.high;
    lowClosed = !piece.highClosed;
  }
  rest.push(...interval(low, infinity, lowClosed, false, budget));
  return rest;
}

export const intersection = (a: RealSet, b: RealSet, budget: Budget): RealSet =>
  complement(union(complement(a, budget), complement(b, budget), budget), budget);

/** The numbers that stand to `bound` as a relation says. */
function beside(relation: Relation, bound: Expression, budget: Budget): RealSet | null {
  switch (relation) {
    case "<":
    case "≤":
      return interval(minusInfinity, bound, false, relation === "≤", budget);
    case ">":
    case "≥":
      return interval(bound, infinity, relation === "≥", false, budget);
    case "≠":
      return complement(interval(bound, bound, true, true, budget), budget);
    case "∈":
      return build(bound, budget);
    case "∉": {
      const set = build(bound, budget);
      return set === null ? null : complement(set, budget);
    }
    default:
      return null;
  }
}

const turned: Readonly<Partial<Record<Relation, Relation>>> = { "<": ">", "≤": "≥", ">": "<", "≥": "≤", "≠": "≠" };

/** `a < x ≤ b`, `|x| > 2`, `x ∈ S` as the numbers that x may be. */
function solutions(relation: Expression & { kind: "relation" }, budget: Budget): RealSet | null {
  const { operands, operators } = relation;
  const place = operands.findIndex((operand) => freeNames(operand).size > 0);
  const unknown = operands[place];
  if (unknown === undefined) return null;
  const absolute = unknown.kind === "call" && unknown.name === "abs";
  const applied = unknown.kind === "call" && unknown.name.endsWith("()");
  if (unknown.kind !== "symbol" && !applied && !(absolute && unknown.args[0]!.kind === "symbol")) return null;
  let set: RealSet = absolute
    ? interval(
        { kind: "number", value: { numerator: 0n, denominator: 1n }, decimal: false },
        infinity,
        true,
        false,
        budget,
      )
    : everything;
  for (const [index, operand] of operands.entries()) {
    if (index === place) continue;
    if (Math.abs(index - place) !== 1 || freeNames(operand).size > 0) return null;
    const operator = index > place ? operators[place]! : turned[operators[index]!];
    const part = operator === undefined ? null : beside(operator, operand, budget);
    if (part === null) return null;
    set = intersection(set, part, budget);
  }
  return absolute ? union(set, mirrored(set), budget) : set;
}

const opposite = (bound: Expression): Expression =>
  bound.kind === "call" && bound.name === "negate" ? bound.args[0]! : call("negate", bound);
const mirrored = (set: RealSet): RealSet =>
  set
    .map(({ low, high, lowClosed, highClosed }) => ({
      low: opposite(high),
      high: opposite(low),
      lowClosed: highClosed,
      highClosed: lowClosed,
    }))
    .reverse();

/** Several conditions. Where no word joins them, all must hold if they would say nothing as alternatives. */
function conditions(parts: readonly RealSet[], joined: "and" | "or" | undefined, budget: Budget): RealSet {
  if (joined === "and") return parts.reduce((a, b) => intersection(a, b, budget));
  const any = parts.reduce((a, b) => union(a, b, budget));
  return joined === undefined && sameSets(any, everything, budget)
    ? parts.reduce((a, b) => intersection(a, b, budget))
    : any;
}

function build(expression: Expression, budget: Budget): RealSet | null {
  switch (expression.kind) {
    case "interval":
      return interval(expression.low, expression.high, expression.lowClosed, expression.highClosed, budget);
    case "constant":
      if (expression.name === "reals") return everything;
      return expression.name === "empty set" ? [] : null;
    case "relation":
      return solutions(expression, budget);
    case "group": {
      if (expression.items.some(({ kind }) => kind === "relation" || kind === "group")) {
        const parts = expression.items.map((item) => build(item, budget));
        if (parts.includes(null) || freeNames(expression).size !== 1) return null;
        // Conditions side by side within an alternative hold together.
        return conditions(parts as RealSet[], expression.name === "tuple" ? "and" : expression.joined, budget);
      }
      if (expression.name === "tuple") {
        const [low, high] = expression.items;
        return expression.items.length === 2 ? interval(low!, high!, false, false, budget) : null;
      }
      return expression.items
        .map((item) => interval(item, item, true, true, budget))
        .reduce((a, b) => union(a, b, budget), []);
    }
    case "call": {
      if (!["union", "intersection", "difference"].includes(expression.name)) return null;
      // Braces of LaTeX leave no set of one number.
      const [a, b] = expression.args.map((part) => build(part, budget) ?? interval(part, part, true, true, budget));
      if (a === undefined || b === undefined) return null;
      if (expression.name === "union") return union(a, b, budget);
      return intersection(a, expression.name === "difference" ? complement(b, budget) : b, budget);
    }
    default:
      return null;
  }
}

/**
 * The real numbers that an expression stands for: an interval, a set, a relation in one name (the numbers it may be), or what set
 * operations make of them; a pair in parentheses is an open interval. Null for anything else, and for bounds that cannot be ordered.
 */
export function realSet(expression: Expression, budget: Budget): RealSet | null {
  try {
    return build(expression, budget);
  } catch (error) {
    if (error === incomparable) return null;
    throw error;
  }
}

export function sameSets(a: RealSet, b: RealSet, budget: Budget): boolean {
  return (
    a.length === b.length &&
    a.every((piece, index) => {
      const other = b[index]!;
      return (
        piece.lowClosed === other.lowClosed &&
        piece.highClosed === other.highClosed &&
        order(piece.low, other.low, budget) === 0 &&
        order(piece.high, other.high, budget) === 0
      );
    })
  );
}
