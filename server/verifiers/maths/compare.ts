/** Whether two answers mean the same: the policy for each kind of answer. */
import { assignment, baseName, nameText } from "./assignment";
import type { Budget } from "./budget";
import { limits, spend } from "./budget";
import { canonicalText } from "./canonical";
import { sameRelations } from "./compare-relations";
import { sameText } from "./compare-text";
import { call, number } from "./expression";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";
import { realSet, sameSets } from "./real-set";
import { isZero } from "./rational";
import { sameValue } from "./same-value";
import type { Decision } from "./same-value";
import { unitFactor } from "./units";

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

/** Values with units. One without a unit is taken to be in the other's. */
function sameMeasures(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  if (gold.kind !== "measure" || answer.kind !== "measure") {
    const [measure, bare] = gold.kind === "measure" ? [gold, answer] : [answer as Measure, gold];
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

const isPercent = (expression: Expression): expression is Expression & { kind: "call" } =>
  expression.kind === "call" && expression.name === "percent";

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

/** Intervals and sets of real numbers, and relations that describe one. */
function sameRealSets(gold: Expression, answer: Expression, comparison: Comparison): Decision {
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

/** A group of one is what it holds: the solution set `\{5\}` is `5`. */
function single(expression: Expression): Expression {
  return expression.kind === "group" && expression.name !== "tuple" && expression.items.length === 1
    ? single(expression.items[0]!)
    : expression;
}

function sameNamed(gold: Expression, answer: Expression, comparison: Comparison): Decision {
  const [first, second] = [assignment(gold), assignment(answer)];
  if (gold.kind === "relation" && answer.kind === "relation") {
    if (first !== null && second !== null) {
      const [a, b] = [first.name, second.name];
      const named = a === null || b === null || nameText(a) === nameText(b);
      if (named) {
        const decision = sameAnswer(first.value, second.value, comparison);
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

/** Compares two parsed answers. Throws `Exceeded`. */
export function sameAnswer(goldAnswer: Expression, givenAnswer: Expression, comparison: Comparison): Decision {
  spend(comparison.budget);
  const [gold, answer] = [withBothSigns(single(goldAnswer)), withBothSigns(single(givenAnswer))];
  if (gold.kind === "number" && answer.kind === "number")
    return sameValue(gold, answer, comparison.decimals, comparison.budget);
  if (canonicalText(gold) === canonicalText(answer)) return { equal: true, rule: "the same expression" };
  if (gold.kind === "relation" || answer.kind === "relation") return sameNamed(gold, answer, comparison);
  if (gold.kind === "measure" || answer.kind === "measure") return sameMeasures(gold, answer, comparison);
  if (gold.kind === "text" || answer.kind === "text") return sameText(gold, answer);
  if (gold.kind === "group" && answer.kind === "group") {
    const conditions = [gold, answer].map(({ items }) =>
      items.some((item) => item.kind === "relation" && isSetLike(item)),
    );
    const decision = sameGroups(gold, answer, comparison);
    return conditions.includes(true) && decision.equal !== true ? sameRealSets(gold, answer, comparison) : decision;
  }
  if (gold.kind === "matrix" && answer.kind === "matrix") return sameMatrices(gold, answer, comparison);
  if (isRatio(gold) && isRatio(answer)) return sameRatios(gold.args, answer.args, comparison);
  if (isSetLike(gold) || isSetLike(answer)) return sameRealSets(gold, answer, comparison);
  if ([gold, answer].some(({ kind }) => kind === "group" || kind === "matrix"))
    return differs("different kinds of answers");
  if (isPercent(gold) !== isPercent(answer)) return samePercent(gold, answer, comparison);
  if (gold.kind === "call" && answer.kind === "call" && gold.name === answer.name && uncomputed.has(gold.name)) {
    const decision = inOrder(gold.args, answer.args, comparison);
    if (decision.equal === true) return { equal: true, rule: `the same ${gold.name}` };
  }
  return sameValue(gold, answer, comparison.decimals, comparison.budget);
}
