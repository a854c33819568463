/** Whether two answers mean the same: the policy for each kind of answer. */
import { contradicts, exactAndRounded } from "./approximation";
import { assignment, baseName, nameText } from "./assignment";
import type { Budget } from "./budget";
import { limits, spend } from "./budget";
import { canonicalText } from "./canonical";
import { sameRelations } from "./compare-relations";
import { sameText } from "./compare-text";
import { isDescription, sameDescribedSets } from "./described-set";
import { call, expressionText, number } from "./expression";
import type { Expression } from "./expression";
import { freeNames, substituted } from "./free-names";
import { realSet, sameSets } from "./real-set";
import { withMatricesComputed } from "./matrix-value";
import { compare, isZero, one } from "./rational";
import { order, sameValue } from "./same-value";
import type { Decision } from "./same-value";
import { mayBeLeftOut, unitFactor } from "./units";
import { textAsValue } from "./words";

export interface Comparison {
  readonly budget: Budget;
  /** Decimals to which a number written with a decimal point must agree; null: exactly. */
  readonly decimals: number | null;
  /** `either`: a number in percent equals the number without the sign too. */
  readonly percent: "either" | "exact";
}

type Measure = Expression & { kind: "measure" };
type Group = Expression & { kind: "group" };
const differs = (rule: string): Decision => ({ equal: false, rule });

const hasBothSigns = (expression: Expression): boolean =>
  expression.kind === "call" &&
  (expression.name === "plus or minus" || expression.name === "minus or plus" || expression.args.some(hasBothSigns));

const signsOf = (expression: Expression, name: string): number =>
  expression.kind === "call"
    ? expression.args.reduce((sum, argument) => sum + signsOf(argument, name), expression.name === name ? 1 : 0)
    : 0;
/** `±1 ± 2`: two numbers or four. With a `∓` the signs go together. */
const hasOpenSigns = (expression: Expression): boolean =>
  signsOf(expression, "plus or minus") > 1 && signsOf(expression, "minus or plus") === 0;

/** `±` and `∓` stand for two values, one with the upper signs and one with the lower. Null without any. */
function bothSigns(expression: Expression): readonly [Expression, Expression] | null {
  if (!hasBothSigns(expression)) return null;
  const choose = (part: Expression, upper: boolean): Expression => {
    if (part.kind !== "call") return part;
    if (part.name === "plus or minus" || part.name === "minus or plus") {
      const operand = choose(part.args[0]!, upper);
      return (part.name === "plus or minus") === upper ? operand : call("negate", operand);
    }
    return { ...part, args: part.args.map((argument) => choose(argument, upper)) };
  };
  return [choose(expression, true), choose(expression, false)];
}

/** The members of a list or set, with both values of each `±`. */
const members = ({ items }: Group): readonly Expression[] =>
  items.flatMap((item) => bothSigns(item) ?? (item.kind === "group" && item.name === "list" ? members(item) : [item]));

/** Both signs of a value as a list; `x = ±2` too. */
function withBothSigns(expression: Expression): Expression {
  const pair = bothSigns(expression);
  if (pair !== null) return { kind: "group", name: "list", items: pair };
  if (expression.kind !== "relation" || expression.operators.length !== 1) return expression;
  const value = bothSigns(expression.operands[1]!);
  if (value === null) return expression;
  return { ...expression, operands: [expression.operands[0]!, { kind: "group", name: "list", items: value }] };
}

/** Items in their order. */
function inOrder(first: readonly Expression[], second: readonly Expression[], comparison: Comparison): Decision {
  if (first.length !== second.length) return differs(`${first.length} items, ${second.length} in the answer`);
  let undecided: Decision | null = null;
  for (const [index, item] of first.entries()) {
    const decision = sameAnswer(item, second[index]!, comparison);
    if (decision.equal === false) return differs("another item");
    if (decision.equal === null) undecided = decision;
  }
  return undecided ?? { equal: true, rule: "the same items in order" };
}

/** Items in any order, each with a partner of its own. */
function inAnyOrder(first: readonly Expression[], second: readonly Expression[], comparison: Comparison): Decision {
  if (first.length !== second.length) return differs(`${first.length} items, ${second.length} in the answer`);
  if (first.length > limits.items) return { equal: null, rule: "too many items" };
  const left = [...second];
  for (const item of first) {
    const partner = left.findIndex((other) => sameAnswer(item, other, comparison).equal === true);
    if (partner < 0) return differs("an item without a partner");
    left.splice(partner, 1);
  }
  return { equal: true, rule: "the same items in any order" };
}

function distinct(items: readonly Expression[], comparison: Comparison): readonly Expression[] {
  const kept: Expression[] = [];
  for (const item of items)
    if (!kept.some((other) => sameAnswer(item, other, comparison).equal === true)) kept.push(item);
  return kept;
}

/** Whether names say which item is which: `p = 3, q = 2`, but not `x_1 = 3, x_2 = 2`. */
const namesDiffer = (items: readonly Expression[]): boolean => {
  const names = items.map((item) => assignment(item)?.name ?? null);
  return !names.includes(null) && new Set(names.map((name) => baseName(name!))).size > 1;
};

function sameGroups(gold: Group, answer: Group, comparison: Comparison): Decision {
  const [first, second] = [members(gold), members(answer)];
  if (gold.name === "tuple" && answer.name === "tuple") return inOrder(first, second, comparison);
  // A list without brackets may be a tuple or a set; a tuple is no set.
  if (gold.name === "tuple" || answer.name === "tuple") {
    if (gold.name === "set" || answer.name === "set") return differs("a tuple is no set");
    return inOrder(first, second, comparison);
  }
  if (gold.name === "set" || answer.name === "set")
    return inAnyOrder(distinct(first, comparison), distinct(second, comparison), comparison);
  const [goldNamed, answerNamed] = [namesDiffer(first), namesDiffer(second)];
  if (goldNamed !== answerNamed) return inOrder(first, second, comparison);
  // Lists are what a problem has for solutions: saying one twice changes nothing.
  return inAnyOrder(distinct(first, comparison), distinct(second, comparison), comparison);
}

function sameMatrices(
  gold: Expression & { kind: "matrix" },
  answer: Expression & { kind: "matrix" },
  comparison: Comparison,
): Decision {
  if (gold.rows.length !== answer.rows.length) return differs("matrices of different shapes");
  for (const [index, row] of gold.rows.entries()) {
    const decision = inOrder(row, answer.rows[index]!, comparison);
    if (decision.equal !== true) return decision.equal === false ? differs("another element of the matrix") : decision;
  }
  return { equal: true, rule: "the same elements of matrices" };
}

/** The elements of a vector, as a point or as a matrix of one column or row; null for anything else. */
function vectorItems(expression: Expression): readonly Expression[] | null {
  if (expression.kind === "group") return expression.name === "tuple" ? expression.items : null;
  if (expression.kind !== "matrix") return null;
  const { rows } = expression;
  return rows.length === 1 ? rows[0]! : rows.every((row) => row.length === 1) ? rows.flat() : null;
}

/** The letters of several choices, `AC` or `A, C`, in order; null for anything else. */
function chosenLetters(expression: Expression): string | null {
  const product = expression.kind === "call" && expression.name === "multiply" ? expression.args : null;
  const list = expression.kind === "group" && expression.name !== "tuple" ? expression.items : null;
  const letters = (product ?? list ?? []).map((item) =>
    item.kind === "symbol" && /^[A-H]$/.test(item.name) ? item.name : "",
  );
  return letters.length < 2 || letters.includes("") || new Set(letters).size < letters.length
    ? null
    : letters.sort().join("");
}

/** Ratios are equal when each part is in the same proportion to the first. */
function sameRatios(gold: readonly Expression[], answer: readonly Expression[], comparison: Comparison): Decision {
  if (gold.length !== answer.length) return differs("ratios of different lengths");
  const [a, b] = [gold[0]!, answer[0]!];
  if ([...gold, ...answer].some((part) => part.kind === "number" && isZero(part.value)))
    return inOrder(gold, answer, comparison);
  for (const [index, part] of gold.entries()) {
    const decision = sameValue(call("multiply", part, b), call("multiply", answer[index]!, a), null, comparison.budget);
    if (decision.equal !== true) return decision;
  }
  return { equal: true, rule: "the same ratio" };
}

const isPercent = (expression: Expression): expression is Expression & { kind: "call" } =>
  expression.kind === "call" && expression.name === "percent";

/** Values with units. One without a unit is taken to be in the other's. */
function sameMeasures(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  if (gold.kind !== "measure" || answer.kind !== "measure") {
    const [measure, bare] = gold.kind === "measure" ? [gold, answer] : [answer as Measure, gold];
    if (isPercent(bare)) return differs(`${measure.unit}, and percent`);
    if (!mayBeLeftOut(measure.unit)) return differs(`"${measure.unit}" is no unit that may be left out`);
    const decision = sameAnswer(measure.value, bare, comparison);
    // Degrees beside a multiple of π are compared as angles.
    if (decision.equal === true || measure.unit !== "°" || !canonicalText(bare).includes("pi")) return decision;
    return sameValue(measure, bare, comparison.decimals, comparison.budget);
  }
  const factor = unitFactor(gold.unit, answer.unit);
  if (factor === null) return differs(`units: ${gold.unit}, and ${answer.unit} in the answer`);
  const scaled = factor.numerator === factor.denominator ? gold.value : call("multiply", gold.value, number(factor));
  return sameAnswer(scaled, answer.value, comparison);
}

/** `28%` is 0.28; beside a number without the sign it may also be the 28 that a problem in percent asks for. */
function samePercent(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  const decision = sameValue(gold, answer, comparison.decimals, comparison.budget);
  if (decision.equal === true || comparison.percent === "exact") return decision;
  const [a, b] = [gold, answer].map((side) => (isPercent(side) ? side.args[0]! : side));
  const bare = sameValue(a!, b!, comparison.decimals, comparison.budget);
  return bare.equal === true ? { equal: true, rule: "the same number of percent" } : decision;
}

/** What is compared by its parts, as it is not computed. */
const uncomputed = new Set(["limit", "integral", "derivative", "sum", "product"]);
const isRatio = (expression: Expression): expression is Expression & { kind: "call" } =>
  expression.kind === "call" && expression.name === "ratio";
const isSetOperation = (expression: Expression): boolean =>
  expression.kind === "call" && ["union", "intersection", "difference", "such that"].includes(expression.name);
const isSetLike = (expression: Expression): boolean =>
  expression.kind === "interval" ||
  isSetOperation(expression) ||
  (expression.kind === "relation" && assignment(expression) === null) ||
  (expression.kind === "relation" && expression.operators[0] === "∈") ||
  (expression.kind === "constant" && (expression.name === "reals" || expression.name === "empty set"));

/** Whether an interval's bounds are the wrong way round, or equal and one of them outside: it is none, and no set of numbers. */
function isBackwards(expression: Expression, { budget }: Comparison): boolean {
  if (expression.kind !== "interval") return false;
  const sorted = order(expression.low, expression.high, budget);
  return sorted !== null && (sorted > 0 || (sorted === 0 && !(expression.lowClosed && expression.highClosed)));
}

/** A pair as the open interval that it is beside a gold answer which is a set: `(0, 1)` for `0 < x < 1`. */
const asInterval = (pair: Expression): Expression =>
  pair.kind === "group" && pair.name === "tuple" && pair.items.length === 2
    ? { kind: "interval", low: pair.items[0]!, high: pair.items[1]!, lowClosed: false, highClosed: false }
    : pair;

const holdsInfinity = (expression: Expression): boolean =>
  expression.kind === "group" &&
  expression.items.some(
    (item) =>
      (item.kind === "constant" && item.name === "infinity") ||
      (item.kind === "call" &&
        item.name === "negate" &&
        item.args[0]!.kind === "constant" &&
        item.args[0].name === "infinity"),
  );

/** Intervals in a row, `(-\infty, 1), (3, \infty)`, as their union. `pairs`: every pair is an interval. */
function asUnion(expression: Expression, pairs: boolean): Expression {
  if (expression.kind !== "group" || expression.name !== "list" || expression.items.length < 2) return expression;
  const items = expression.items.map((item) => (pairs || holdsInfinity(item) ? asInterval(item) : item));
  if (!items.every(({ kind }) => kind === "interval")) return expression;
  return items.slice(1).reduce((union, item) => call("union", union, item), items[0]!);
}

/**
 * Intervals and sets of real numbers, and relations that describe one. A pair in parentheses is a point, but where the gold answer is
 * a set, or has an end at infinity.
 */
function sameRealSets(goldAnswer: Expression, givenAnswer: Expression, comparison: Comparison): Decision {
  const gold = asUnion(holdsInfinity(goldAnswer) ? asInterval(goldAnswer) : goldAnswer, false);
  if (gold.kind === "group" && gold.name === "tuple") return differs("a point, and a set in the answer");
  const answer = asUnion(asInterval(givenAnswer), true);
  if (isBackwards(gold, comparison) || isBackwards(answer, comparison))
    return differs("an interval with its bounds the wrong way round");
  if (gold.kind === "interval" && answer.kind === "interval") {
    if (gold.lowClosed !== answer.lowClosed || gold.highClosed !== answer.highClosed)
      return differs("intervals with other ends");
    const decision = inOrder([gold.low, gold.high], [answer.low, answer.high], comparison);
    return decision.equal === true ? { equal: true, rule: "the same interval" } : decision;
  }
  if (isSetOperation(gold) && gold.kind === "call" && answer.kind === "call" && gold.name === answer.name) {
    const parts = (expression: Expression & { kind: "call" }): readonly Expression[] =>
      expression.args.flatMap((part) => (part.kind === "call" && part.name === gold.name ? parts(part) : [part]));
    if (gold.name === "union" || gold.name === "intersection") {
      const decision = inAnyOrder(parts(gold), parts(answer), comparison);
      if (decision.equal === true) return { equal: true, rule: `the same ${gold.name}` };
    }
  }
  const [first, second] = [realSet(gold, comparison.budget), realSet(answer, comparison.budget)];
  if (first === null || second === null) return { equal: null, rule: "sets that could not be compared" };
  return sameSets(first, second, comparison.budget)
    ? { equal: true, rule: "the same set of real numbers" }
    : differs("different sets of real numbers");
}

/** What a list says that names one value in two ways, `7/2` or `3.5`, or one amount in two units, `1 hour and 30 minutes`. */
function asOneValue(expression: Expression, comparison: Comparison): Expression {
  if (expression.kind !== "group" || expression.name !== "list" || expression.items.length > 3) return expression;
  const [first, ...others] = expression.items as [Expression, ...Expression[]];
  if (others.length === 0 || expression.items.some((item) => isSetLike(item) || item.kind === "group"))
    return expression;
  if (expression.joined === "and" && first.kind === "measure") return sumOfMeasures(first, others) ?? expression;
  return distinct(expression.items, comparison).length === 1 ? first : expression;
}

/** `1 hour and 30 minutes`, each unit smaller than the one before; null for anything else. */
function sumOfMeasures(first: Measure, others: readonly Expression[]): Measure | null {
  let sum = first;
  let last = one;
  for (const part of others) {
    const factor = part.kind === "measure" ? unitFactor(part.unit, first.unit) : null;
    if (part.kind !== "measure" || factor === null || compare(factor, last) >= 0) return null;
    sum = { ...sum, value: call("add", sum.value, call("multiply", part.value, number(factor))) };
    last = factor;
  }
  return sum;
}

const isCondition = (item: Expression): boolean =>
  (item.kind === "relation" && isSetLike(item)) || (item.kind === "group" && item.items.some(isCondition));

/** What as a member makes another set. */
const isSetItself = (expression: Expression): boolean =>
  expression.kind === "interval" ||
  (expression.kind === "group" && expression.name === "set") ||
  (expression.kind === "constant" && !["pi", "e", "i", "infinity"].includes(expression.name)) ||
  isSetOperation(expression);

/** A group of one is what it holds: the solution set `\{5\}` is `5`. */
function single(expression: Expression): Expression {
  if (expression.kind !== "group" || expression.name === "tuple" || expression.items.length !== 1) return expression;
  // The set that holds the empty set is not empty.
  return isSetItself(expression.items[0]!) ? expression : single(expression.items[0]!);
}

type Applied = Expression & { kind: "call" };
const isApplied = (name: Expression): name is Applied => name.kind === "call" && name.name.endsWith("()");

/** `value`, which stands for `name`, in the variables of `gold`; null where the names differ. */
function renamed(gold: Expression, name: Expression, value: Expression): Expression | null {
  // `y = 2x` for `f(x) = 2x`.
  const applied = [gold, name].filter(isApplied);
  if (applied.length === 1 && [gold, name].some((one) => one.kind === "symbol" && one.name === "y"))
    return freeNames(applied[0]!).has("y") ? null : value;
  if (nameText(gold) !== nameText(name)) return null;
  if (!isApplied(gold) || !isApplied(name)) return value;
  if (canonicalText(gold) === canonicalText(name)) return value;
  if (gold.args.length !== name.args.length) return null;
  const names = new Map<string, Expression>();
  for (const [index, argument] of name.args.entries()) {
    const other = gold.args[index]!;
    if (argument.kind !== "symbol" || other.kind !== "symbol") return null;
    // `P(A)` and `P(B)` are of two things, `f(x)` and `f(t)` are one function.
    if (/^[A-Z]/.test(argument.name) && argument.name !== other.name && !freeNames(value).has(argument.name))
      return null;
    names.set(argument.name, other);
  }
  // A variable of the gold answer that stands in the value is another one there: `f(w) = 2x`.
  const free = freeNames(value);
  if (gold.args.some((other) => other.kind === "symbol" && free.has(other.name) && !names.has(other.name))) return null;
  return substituted(value, names);
}

/** Whether a chain `a = b = c` is no chain of steps: its last sides are certainly different. */
function isBroken({ operators, operands }: Expression & { kind: "relation" }, { budget }: Comparison): boolean {
  if (operators.length < 2 || operators.some((operator) => operator !== "=")) return false;
  const [step, value] = operands.slice(-2) as [Expression, Expression];
  const formulas = [step, value].every(({ kind }) => kind === "call" || kind === "number");
  return (
    formulas && freeNames(value).size + freeNames(step).size > 0 && sameValue(step, value, null, budget).equal === false
  );
}

function sameNamed(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  // Equations that nothing parts, `y = 1 - x  z = 2y`, are a chain that does not hold: none of its sides is its value.
  if (answer.kind === "relation" && contradicts(answer, comparison.budget))
    return differs("an equation that does not hold");
  if (gold.kind === "relation" && (isBroken(gold, comparison) || contradicts(gold, comparison.budget)))
    return answer.kind === "relation" ? sameRelations(gold, answer, comparison) : differs("several equations");
  const [first, second] = [assignment(gold), assignment(answer)];
  if (gold.kind === "relation" && answer.kind === "relation") {
    if (first !== null && second !== null) {
      const [a, b] = [first.name, second.name];
      const named = first.names === second.names || first.names === "" || second.names === "";
      const value = a === null || b === null ? second.value : named ? renamed(a, b, second.value) : null;
      if (value !== null) {
        const decision = sameAnswer(first.value, value, comparison);
        if (decision.equal === true) return { equal: true, rule: `the same value of a name: ${decision.rule}` };
      }
    }
    const decision = sameRelations(gold, answer, comparison);
    const sameNames = [...freeNames(gold)].sort().join() === [...freeNames(answer)].sort().join();
    if (decision.equal === true || !sameNames || !(isSetLike(gold) || isSetLike(answer))) return decision;
    const sets = sameRealSets(gold, answer, comparison);
    return sets.equal === null ? decision : sets;
  }
  if (first !== null) return sameAnswer(first.value, answer, comparison);
  if (second !== null) return sameAnswer(gold, second.value, comparison);
  if (gold.kind !== "relation" || answer.kind !== "relation") {
    const other = gold.kind === "relation" ? answer : gold;
    if (isSetLike(other) || other.kind === "group") return sameRealSets(gold, answer, comparison);
  }
  return differs("a relation and something else");
}

/** Three capital letters and more side by side name a figure or are a word, where their order counts. */
const isFigure = (expression: Expression): boolean =>
  expression.kind === "call" &&
  expression.name === "multiply" &&
  expression.args.length > 2 &&
  expression.args.every((letter) => letter.kind === "symbol" && /^[A-Z]$/.test(letter.name));

/** Compares two parsed answers. Throws `Exceeded`. */
export function sameAnswer(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  if (gold.kind === "number" && answer.kind === "number")
    return sameValue(gold, answer, comparison.decimals, comparison.budget);
  if (gold.kind !== "relation" && answer.kind !== "relation") return sameExpression(gold, answer, comparison);
  const [golds, answers] = [gold, answer].map((side) => exactAndRounded(side, comparison.budget));
  const pairs = golds!.flatMap((first) => answers!.map((second) => [first, second] as const));
  let decision: Decision | null = null;
  for (const [first, second] of pairs) {
    const next = sameExpression(first, second, comparison);
    if (next.equal === true) return next;
    decision ??= next;
  }
  return decision ?? differs("an approximation that does not hold");
}

function sameExpression(goldAnswer: Expression, givenAnswer: Expression, comparison: Comparison): Decision {
  spend(comparison.budget);
  if (hasOpenSigns(goldAnswer) || hasOpenSigns(givenAnswer))
    return canonicalText(goldAnswer) === canonicalText(givenAnswer)
      ? { equal: true, rule: "the same expression" }
      : { equal: null, rule: "signs that may go together or not" };
  const alone = goldAnswer.kind !== "group" || givenAnswer.kind !== "group";
  const [gold, answer] = [goldAnswer, givenAnswer].map((side) =>
    withBothSigns(
      textAsValue(withMatricesComputed(single(alone ? asOneValue(side, comparison) : side), comparison.budget)),
    ),
  ) as [Expression, Expression];
  if (gold.kind === "number" && answer.kind === "number")
    return sameValue(gold, answer, comparison.decimals, comparison.budget);
  if (canonicalText(gold) === canonicalText(answer))
    return isFigure(gold) && isFigure(answer) && expressionText(gold) !== expressionText(answer)
      ? differs("the same letters in another order")
      : { equal: true, rule: "the same expression" };
  if (isDescription(gold) || isDescription(answer)) {
    const decision = sameDescribedSets(gold, answer, comparison.budget);
    if (decision.equal !== null) return decision;
  }
  if (gold.kind === "relation" || answer.kind === "relation") return sameNamed(gold, answer, comparison);
  if (gold.kind === "measure" || answer.kind === "measure") return sameMeasures(gold, answer, comparison);
  if (gold.kind === "text" || answer.kind === "text") return sameText(gold, answer);
  if (gold.kind === "group" && answer.kind === "group") {
    const conditions = [gold, answer].some(({ items }) => items.some(isCondition));
    // "and" and "or" between conditions are not the same.
    if (conditions && gold.joined !== answer.joined) return sameRealSets(gold, answer, comparison);
    const decision = sameGroups(gold, answer, comparison);
    return conditions && decision.equal !== true ? sameRealSets(gold, answer, comparison) : decision;
  }
  if (gold.kind === "matrix" && answer.kind === "matrix") return sameMatrices(gold, answer, comparison);
  if (isRatio(gold) && isRatio(answer)) return sameRatios(gold.args, answer.args, comparison);
  if (isSetLike(gold) || isSetLike(answer)) return sameRealSets(gold, answer, comparison);
  if ([gold, answer].some(({ kind }) => kind === "group" || kind === "matrix")) {
    const [letters, others] = [gold, answer].map(chosenLetters);
    if (letters != null && letters === others) return { equal: true, rule: "the same letters" };
    const [first, second] = [gold, answer].map(vectorItems);
    if (first != null && second != null) return inOrder(first, second, comparison);
    return differs("different kinds of answers");
  }
  if (isPercent(gold) !== isPercent(answer)) return samePercent(gold, answer, comparison);
  if (gold.kind === "call" && answer.kind === "call" && gold.name === answer.name && uncomputed.has(gold.name)) {
    const decision = inOrder(gold.args, answer.args, comparison);
    if (decision.equal === true) return { equal: true, rule: `the same ${gold.name}` };
  }
  return sameValue(gold, answer, comparison.decimals, comparison.budget);
}
