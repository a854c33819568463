/** Sets that are described: `\{2k + 1 \mid k \in \mathbb{Z}\}`, `x \equiv 2 \pmod 5`, `x = 5k + 2, k \in \mathbb{Z}`, the integers in an interval. */
import type { Budget } from "./budget";
import {
  allInSteps,
  discreteImage,
  discreteIntersection,
  discreteUnion,
  discreteWithin,
  inUnitsOfPi,
  integers,
  integersFrom,
  membersOf,
  points,
  sameDiscrete,
} from "./discrete-set";
import type { DiscreteSet } from "./discrete-set";
import { exactValue } from "./evaluate";
import { call, constant, number } from "./expression";
import type { Expression } from "./expression";
import { freeNames, substituted } from "./free-names";
import { integer, isInteger, isZero, subtract } from "./rational";
import type { Rational } from "./rational";
import { complement, intersection, realSet, sameSets, union } from "./real-set";
import type { RealSet } from "./real-set";
import { sameValue } from "./same-value";
import type { Decision } from "./same-value";

type Call = Expression & { kind: "call" };
type RelationOf = Expression & { kind: "relation" };

type DescribedSet =
  { readonly kind: "real"; readonly reals: RealSet } | { readonly kind: "discrete"; readonly discrete: DiscreteSet };

interface Reading {
  readonly budget: Budget;
  /** Whether the naturals begin with 0 or with 1: usage differs. */
  readonly naturalsFrom: 0n | 1n;
}

/** Moduli up to which a congruence is solved by trying. */
const largestModulus = 400n;

const discrete = (set: DiscreteSet | null): DescribedSet | null =>
  set === null ? null : { kind: "discrete", discrete: set };
const real = (set: RealSet | null): DescribedSet | null => (set === null ? null : { kind: "real", reals: set });
const zeroNumber = number(0);
const positiveReals: RealSet = [{ low: zeroNumber, high: constant("infinity"), lowClosed: false, highClosed: false }];
const negativeReals: RealSet = [
  { low: call("negate", constant("infinity")), high: zeroNumber, lowClosed: false, highClosed: false },
];

/** Numbers written one by one; null when one is not rational. */
function exactPoints(reals: RealSet, budget: Budget): DiscreteSet | null {
  const found: Rational[] = [];
  for (const { low, high, lowClosed, highClosed } of reals) {
    const [first, last] = [exactValue(low, budget), exactValue(high, budget)];
    if (!lowClosed || !highClosed || first === null || last === null || !isZero(subtract(first, last))) return null;
    found.push(first);
  }
  return points(found);
}

function combined(name: string, a: DescribedSet, b: DescribedSet, { budget }: Reading): DescribedSet | null {
  if (a.kind === "real" && b.kind === "real") {
    if (name === "union") return real(union(a.reals, b.reals, budget));
    return real(intersection(a.reals, name === "difference" ? complement(b.reals, budget) : b.reals, budget));
  }
  if (name === "intersection" || name === "difference") {
    if (a.kind === "discrete" && b.kind === "real")
      return discrete(
        discreteWithin(a.discrete, name === "difference" ? complement(b.reals, budget) : b.reals, budget),
      );
    if (name === "intersection" && a.kind === "real") return combined(name, b, a, { budget, naturalsFrom: 0n });
    if (name === "intersection" && a.kind === "discrete" && b.kind === "discrete")
      return discrete(discreteIntersection(a.discrete, b.discrete));
    return null;
  }
  const [first, second] = [a, b].map((set) =>
    set.kind === "discrete" ? set.discrete : exactPoints(set.reals, budget),
  );
  return first == null || second == null ? null : discrete(discreteUnion(first, second));
}

/** `\mathbb{Z}^+`. */
function signed(sign: string, set: DescribedSet, { budget }: Reading): DescribedSet | null {
  const within =
    sign === "+" || (sign === "*" && set.kind === "discrete") ? positiveReals : sign === "-" ? negativeReals : null;
  if (within === null) return null;
  if (sign === "*") {
    const nonzero = complement([{ low: zeroNumber, high: zeroNumber, lowClosed: true, highClosed: true }], budget);
    return set.kind === "discrete" ? discrete(discreteWithin(set.discrete, nonzero, budget)) : null;
  }
  return set.kind === "real"
    ? real(intersection(set.reals, within, budget))
    : discrete(discreteWithin(set.discrete, within, budget));
}

/** `±1` as both. */
const alternatives = (value: Expression): readonly Expression[] =>
  value.kind === "call" && (value.name === "plus or minus" || value.name === "minus or plus")
    ? [value.args[0]!, call("negate", value.args[0]!)]
    : [value];

/** The numbers in place of a name for which two sides leave the same rest. */
function congruence(left: Expression, right: Expression, modulus: Expression, { budget }: Reading): DiscreteSet | null {
  const size = exactValue(modulus, budget);
  const names = [...freeNames(left, freeNames(right))];
  if (size === null || !isInteger(size) || size.numerator < 1n || names.length !== 1) return null;
  let found: DiscreteSet | null = null;
  for (const side of alternatives(right)) {
    const rest = left.kind === "symbol" ? exactValue(side, budget) : null;
    let part: DiscreteSet | null = null;
    if (rest !== null) part = isInteger(rest) ? allInSteps(size, rest) : null;
    else if (size.numerator <= largestModulus)
      part = solved(call("add", left, call("negate", side)), names[0]!, size, budget);
    if (part === null) return null;
    found = found === null ? part : discreteUnion(found, part);
    if (found === null) return null;
  }
  return found;
}

function solved(difference: Expression, name: string, size: Rational, budget: Budget): DiscreteSet | null {
  let found: DiscreteSet | null = null;
  for (let n = 0n; n < size.numerator; n++) {
    const value = exactValue(substituted(difference, new Map([[name, number(integer(n))]])), budget);
    if (value === null || !isInteger(value)) return null;
    if (value.numerator % size.numerator !== 0n) continue;
    const part = allInSteps(size, integer(n));
    found = found === null ? part : discreteUnion(found, part);
    if (found === null) return null;
  }
  return found ?? points([]);
}

const isModulo = (expression: Expression): expression is Call =>
  expression.kind === "call" && expression.name === "modulo";

/** A relation that says what a rest is: `x ≡ 2 (mod 5)`, `x = 2 mod 5`. */
function congruenceOf(relation: RelationOf, reading: Reading): DiscreteSet | null {
  const [left, right, last] = relation.operands;
  const { operators } = relation;
  if (operators.length === 2 && operators[0] === "≡" && last!.kind === "call" && last.name === "modulus")
    return congruence(left!, right!, last.args[0]!, reading);
  if (operators.length === 1 && (operators[0] === "≡" || operators[0] === "=") && isModulo(right!))
    return congruence(left!, right.args[0]!, right.args[1]!, reading);
  return null;
}

/** The numbers `factor·x + shift` of a formula in one name, and whether all of that times π. Null for another formula. */
function linear(
  formula: Expression,
  name: string,
  budget: Budget,
): { factor: Rational; shift: Rational; pi: boolean } | null {
  const at = (expression: Expression, n: number): Rational | null =>
    exactValue(substituted(expression, new Map([[name, number(n)]])), budget);
  for (const pi of [false, true]) {
    const reduced = pi ? withoutPi(formula) : formula;
    if (pi && sameValue(call("multiply", constant("pi"), reduced), formula, null, budget).equal !== true) return null;
    const [shift, first] = [at(reduced, 0), at(reduced, 1)];
    if (shift === null || first === null) continue;
    const factor = subtract(first, shift);
    const line = call("add", call("multiply", number(factor), { kind: "symbol", name }), number(shift));
    return !isZero(factor) && sameValue(reduced, line, null, budget).equal === true ? { factor, shift, pi } : null;
  }
  return null;
}

/** A formula with 1 for π. */
function withoutPi(expression: Expression): Expression {
  if (expression.kind === "constant" && expression.name === "pi") return number(1);
  return expression.kind === "call" ? { ...expression, args: expression.args.map(withoutPi) } : expression;
}

/** What a formula makes of each number of a set. */
function image(formula: Expression, name: string, set: DescribedSet, { budget }: Reading): DescribedSet | null {
  const line = linear(formula, name, budget);
  const finite =
    set.kind === "discrete"
      ? set.discrete.unit === "one"
        ? membersOf(set.discrete)
        : null
      : exactMembers(set.reals, budget);
  if (finite !== null && line === null) {
    const values = finite.map((value) => exactValue(substituted(formula, new Map([[name, number(value)]])), budget));
    return values.includes(null) ? null : discrete(points(values as Rational[]));
  }
  if (line === null) return null;
  if (set.kind === "discrete") {
    if (line.pi && set.discrete.unit === "pi") return null;
    if (set.discrete.unit === "pi" && !isZero(line.shift)) return null;
    const moved = discreteImage(set.discrete, line.factor, line.shift);
    return discrete(line.pi ? inUnitsOfPi(moved) : moved);
  }
  const bound = (expression: Expression): Expression => substituted(formula, new Map([[name, expression]]));
  const infinite = (expression: Expression): boolean => exactValue(expression, budget) === null;
  const turned = line.factor.numerator < 0n;
  // A bound that is infinite stays so, with its sign or the other one.
  const movedBound = (expression: Expression): Expression =>
    infinite(expression) ? (turned ? call("negate", expression) : expression) : bound(expression);
  const pieces = set.reals.map(({ low, high, lowClosed, highClosed }) =>
    turned
      ? { low: movedBound(high), high: movedBound(low), lowClosed: highClosed, highClosed: lowClosed }
      : { low: movedBound(low), high: movedBound(high), lowClosed, highClosed },
  );
  return real(turned ? pieces.reverse() : pieces);
}

function exactMembers(reals: RealSet, budget: Budget): readonly Rational[] | null {
  const set = exactPoints(reals, budget);
  return set === null ? null : membersOf(set);
}

/** Letters that count where a set is described by a formula and nothing else is said of them. */
const countingLetter = /^[a-w](?:_.*)?$/;

/** What a name may be when all of the conditions hold. */
function restricted(conditions: readonly Expression[], name: string, reading: Reading): DescribedSet | null {
  const about = conditions.filter((condition) => freeNames(condition).has(name));
  const others = conditions.filter((condition) => !about.includes(condition));
  let found: DescribedSet | null = null;
  const restrict = (set: DescribedSet | null): boolean => {
    if (set === null) return false;
    found = found === null ? set : combined("intersection", found, set, reading);
    return found !== null;
  };
  const inequalities: Expression[] = [];
  let used = 0;
  for (const condition of about) {
    if (condition.kind !== "relation") {
      inequalities.push(condition);
      continue;
    }
    const [left, right] = condition.operands;
    const single = condition.operators.length === 1;
    const congruent = congruenceOf(condition, reading);
    const counted = [...freeNames(right!)];
    if (congruent !== null) {
      if (!restrict(discrete(congruent))) return null;
    } else if (single && condition.operators[0] === "∈" && left!.kind === "symbol") {
      if (!restrict(describe(right!, reading))) return null;
    } else if (
      single &&
      condition.operators[0] === "=" &&
      left!.kind === "symbol" &&
      left.name === name &&
      counted.length === 1
    ) {
      // `x = 2k + 1`, with what else is said of k.
      const counter = counted[0]!;
      const said = others.filter((other) => freeNames(other).has(counter));
      used += said.length;
      const domain =
        said.length > 0
          ? restricted(said, counter, reading)
          : countingLetter.test(counter)
            ? { kind: "discrete" as const, discrete: integers }
            : null;
      if (domain === null || !restrict(image(right!, counter, domain, reading))) return null;
    } else inequalities.push(condition);
  }
  if (used !== others.length) return null;
  if (inequalities.length > 0) {
    const all: Expression =
      inequalities.length === 1 ? inequalities[0]! : { kind: "group", name: "list", items: inequalities };
    if (freeNames(all).size !== 1 || !restrict(real(realSet(all, reading.budget)))) return null;
  }
  return found;
}

const conditionsOf = (expression: Expression): readonly Expression[] =>
  expression.kind === "group" && expression.name === "list" && expression.joined !== "or"
    ? expression.items
    : [expression];

/** `\{term | condition\}`. */
function setOfTerms(term: Expression, condition: Expression, reading: Reading): DescribedSet | null {
  const names = [...freeNames(term)];
  if (names.length !== 1) return null;
  const [name] = names;
  if (term.kind === "symbol") return restricted(conditionsOf(condition), name!, reading);
  if (term.kind === "relation") return restricted([term, ...conditionsOf(condition)], name!, reading);
  if (term.kind !== "call") return null;
  const domain = restricted(conditionsOf(condition), name!, reading);
  return domain === null ? null : image(term, name!, domain, reading);
}

const conditionOf = (items: readonly Expression[]): Expression =>
  items.length === 1 ? items[0]! : { kind: "group", name: "list", items };

/** A number, as the only one of a set; `5k + 2` as what it is for all integers. A step of 1 says nothing of integers. */
function countedBy(formula: Expression, reading: Reading): DescribedSet | null {
  const value = exactValue(formula, reading.budget);
  if (value !== null) return discrete(points([value]));
  const [name, ...others] = [...freeNames(formula)];
  if (name === undefined || others.length > 0 || !countingLetter.test(name)) return null;
  const set = image(formula, name, { kind: "discrete", discrete: integers }, reading);
  const tells =
    set?.kind === "discrete" && (set.discrete.unit === "pi" || !isZero(subtract(set.discrete.step, integer(1))));
  return tells ? set : null;
}

/** `x ≡ 1, 4 (mod 5)`, `x ≡ 1 (mod 5) or x ≡ 4 (mod 5)`: one of them. Null for anything else. */
function congruencesOf({ items, joined }: Expression & { kind: "group" }, reading: Reading): DiscreteSet | null {
  const [first] = items;
  const last = items.at(-1)!;
  if (first?.kind !== "relation" || first.operators[0] !== "≡" || items.length < 2) return null;
  const [name] = first.operands;
  const shared =
    last.kind === "relation" && last.operators.length === 2 && last.operands[2]!.kind === "call"
      ? last.operands[2].args[0]
      : isModulo(last)
        ? last.args[1]
        : undefined;
  if (shared === undefined) return null;
  const sets = items.map((item) => {
    if (item.kind === "relation" && item.operators.length === 2) return congruenceOf(item, reading);
    if (item.kind === "relation" && item.operators[0] !== "≡") return null;
    const value = item.kind === "relation" ? item.operands[1]! : isModulo(item) ? item.args[0]! : item;
    return congruence(item.kind === "relation" ? item.operands[0]! : name!, value, shared, reading);
  });
  const each = items.every((item) => item.kind === "relation" && item.operators.length === 2);
  const combine = (join: typeof discreteUnion): DiscreteSet | null =>
    sets.reduce((a, b) => (a === null || b === null ? null : join(a, b)));
  if (joined === "and" && each) return combine(discreteIntersection);
  if (each && joined === undefined) {
    // With nothing between them they are alternatives where they cannot hold together.
    const all = combine(discreteIntersection);
    return all !== null && membersOf(all)?.length === 0 ? combine(discreteUnion) : null;
  }
  return combine(discreteUnion);
}

/** A pair beside a set of numbers, as long as it makes an interval. */
function openInterval(items: readonly Expression[], budget: Budget): DescribedSet | null {
  const [low, high] = items;
  if (low === undefined || high === undefined || items.length !== 2) return null;
  const set = realSet({ kind: "interval", low, high, lowClosed: false, highClosed: false }, budget);
  return set === null || set.length === 0 ? null : real(set);
}

function describe(expression: Expression, reading: Reading): DescribedSet | null {
  const { budget } = reading;
  switch (expression.kind) {
    case "constant":
      if (expression.name === "integers") return discrete(integers);
      if (expression.name === "naturals") return discrete(integersFrom(reading.naturalsFrom));
      return real(realSet(expression, budget));
    case "call": {
      const { name, args } = expression;
      if (name === "such that") return setOfTerms(args[0]!, args[1]!, reading);
      if (name.startsWith("superscript ")) {
        const set = describe(args[0]!, reading);
        return set === null ? null : signed(name.slice(12), set, reading);
      }
      if (name === "modulo") return discrete(congruence({ kind: "symbol", name: "x" }, args[0]!, args[1]!, reading));
      if (!["union", "intersection", "difference"].includes(name)) {
        return countedBy(expression, reading);
      }
      const [a, b] = args.map(
        (argument) =>
          describe(argument, reading) ?? real(realSet({ kind: "group", name: "set", items: [argument] }, budget)),
      );
      return a == null || b == null ? null : combined(name, a, b, reading);
    }
    case "relation": {
      const names = [...freeNames(expression)];
      const [left] = expression.operands;
      const name = names.length === 1 ? names[0]! : left!.kind === "symbol" ? left.name : null;
      return name === null ? null : restricted([expression], name, reading);
    }
    case "group": {
      const alternatives = expression.name === "list" ? congruencesOf(expression, reading) : null;
      if (alternatives !== null) return discrete(alternatives);
      if (
        expression.name === "list" &&
        expression.joined !== "or" &&
        expression.items.some(({ kind }) => kind === "relation")
      ) {
        const named = expression.items.find((item) => item.kind === "relation" && item.operators[0] === "=");
        const left = named?.kind === "relation" ? named.operands[0]! : null;
        const names = [...freeNames(expression)];
        const [formula] = expression.items;
        // `π/4 + kπ, k ∈ ℤ`
        if (formula!.kind === "call" && names.length === 1)
          return setOfTerms(formula, conditionOf(expression.items.slice(1)), reading);
        const name = left?.kind === "symbol" ? left.name : names.length === 1 ? names[0]! : null;
        return name === null ? null : restricted(expression.items, name, reading);
      }
      return expression.name === "tuple" ? openInterval(expression.items, budget) : real(realSet(expression, budget));
    }
    case "number":
      return discrete(points([expression.value]));
    default:
      return real(realSet(expression, budget));
  }
}

/** Whether an expression says of integers, or by a description, which numbers there are. */
export function isDescription(expression: Expression): boolean {
  switch (expression.kind) {
    case "constant":
      return expression.name === "integers" || expression.name === "naturals";
    case "call":
      return expression.name === "such that" || expression.name === "modulus" || expression.args.some(isDescription);
    case "relation":
      return (
        expression.operands.some(isDescription) ||
        (expression.operators.includes("≡") && isModulo(expression.operands[1]!))
      );
    case "group":
      return expression.items.some(isDescription);
    default:
      return false;
  }
}

const holdsNaturals = (expression: Expression): boolean =>
  (expression.kind === "constant" && expression.name === "naturals") ||
  (expression.kind === "call" && expression.args.some(holdsNaturals)) ||
  (expression.kind === "relation" && expression.operands.some(holdsNaturals)) ||
  (expression.kind === "group" && expression.items.some(holdsNaturals));

function same(first: Expression, second: Expression, reading: Reading): boolean | null {
  const sets = [first, second].map((expression) => {
    const set = describe(expression, reading);
    const members = set?.kind === "discrete" ? (set.discrete.unit === "one" ? membersOf(set.discrete) : null) : null;
    if (members === null) return set;
    const reals = members.map((value) => ({
      low: number(value),
      high: number(value),
      lowClosed: true,
      highClosed: true,
    }));
    return { kind: "real" as const, reals };
  });
  const [a, b] = sets;
  if (a == null || b == null) return null;
  if (a.kind === "real" && b.kind === "real") return sameSets(a.reals, b.reals, reading.budget);
  // Numbers in steps without end are no union of intervals.
  return a.kind === "discrete" && b.kind === "discrete" ? sameDiscrete(a.discrete, b.discrete) : false;
}

/** Compares two sets of which at least one is described. `equal` is null where it cannot be told, or where it depends on whether 0 is a natural number. */
export function sameDescribedSets(gold: Expression, answer: Expression, budget: Budget): Decision {
  const from0 = same(gold, answer, { budget, naturalsFrom: 0n });
  const from1 = holdsNaturals(gold) || holdsNaturals(answer) ? same(gold, answer, { budget, naturalsFrom: 1n }) : from0;
  if (from0 !== from1) return { equal: null, rule: "sets that depend on whether 0 is a natural number" };
  if (from0 === null) return { equal: null, rule: "sets that could not be compared" };
  return from0 ? { equal: true, rule: "the same set of numbers" } : { equal: false, rule: "different sets of numbers" };
}
