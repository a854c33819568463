/** Equations and inequalities that say the same: sides exchanged, terms moved, both sides multiplied by a number. */
import type { Budget } from "./budget";
import { canonicalText } from "./canonical";
import { call, number } from "./expression";
import type { Expression, Relation } from "./expression";
import { exactValue } from "./evaluate";
import { freeNames, substituted } from "./free-names";
import { compare, divide, integer, negate, one, rational, zero } from "./rational";
import { order, sameValue } from "./same-value";
import type { Decision } from "./same-value";

type RelationExpression = Expression & { kind: "relation" };

const turned: ReadonlyMap<Relation, Relation> = new Map([
  ["<", ">"],
  [">", "<"],
  ["≤", "≥"],
  ["≥", "≤"],
]);
const symmetric = new Set<Relation>(["=", "≠", "≈", "≡", "∥", "⊥", "~"]);
const different: Decision = { equal: false, rule: "different relations" };

/** The relation read from right to left. */
function reversed(relation: RelationExpression): RelationExpression | null {
  const operators = relation.operators.map(
    (operator) => turned.get(operator) ?? (symmetric.has(operator) ? operator : null),
  );
  if (operators.includes(null)) return null;
  return {
    kind: "relation",
    operators: (operators as Relation[]).reverse(),
    operands: [...relation.operands].reverse(),
  };
}

function sameOperands(first: RelationExpression, second: RelationExpression, budget: Budget): boolean {
  return (
    first.operators.join() === second.operators.join() &&
    first.operands.length === second.operands.length &&
    first.operands.every((operand, index) => {
      const other = second.operands[index]!;
      return canonicalText(operand) === canonicalText(other) || sameValue(operand, other, null, budget).equal === true;
    })
  );
}

/** `left − right` of a relation with two sides. */
const difference = ({ operands }: RelationExpression): Expression =>
  call("add", operands[0]!, call("negate", operands[1]!));

/** Terms of a formula, each with its sign, as texts in order: of `a − (b + c)` those of a, −b and −c. */
function terms(expression: Expression, negative = false): readonly string[] {
  if (expression.kind === "call" && expression.name === "add")
    return expression.args.flatMap((argument) => terms(argument, negative));
  if (expression.kind === "call" && expression.name === "negate") return terms(expression.args[0]!, !negative);
  if (expression.kind === "number")
    return expression.value.numerator === 0n
      ? []
      : [canonicalText(number(negative ? negate(expression.value) : expression.value))];
  return [`${negative ? "-" : ""}${canonicalText(expression)}`];
}

/** Whether one difference has the terms of the other, or all of them with the other sign. */
function sameTerms(first: Expression, second: Expression): boolean {
  const texts = (expression: Expression, negative: boolean): string =>
    [...terms(expression, negative)].sort().join(" ");
  const text = texts(first, false);
  return text === texts(second, false) || text === texts(second, true);
}

/** `a ≡ b (mod n)` with a name for n, or with several names: by what is divisible. */
function sameCongruences(gold: RelationExpression, answer: RelationExpression, budget: Budget): Decision | null {
  const isCongruence = ({ operators, operands }: RelationExpression): boolean =>
    operators.length === 2 && operators[0] === "≡" && operands[2]!.kind === "call" && operands[2].name === "modulus";
  if (!isCongruence(gold) || !isCongruence(answer)) return null;
  const modulus = ({ operands }: RelationExpression): Expression =>
    (operands[2] as Expression & { kind: "call" }).args[0]!;
  const [first, second] = [difference(gold), difference(answer)];
  if (sameValue(modulus(gold), modulus(answer), null, budget).equal !== true) return different;
  const same = [second, call("negate", second)].some((side) => sameValue(first, side, null, budget).equal === true);
  return same
    ? { equal: true, rule: "the same congruence" }
    : { equal: null, rule: "congruences that could not be compared" };
}

/**
 * A number by which the first formula is to be multiplied to be the second one, from their values at one point; null where that shows none.
 * Whether it is the factor everywhere is for `sameValue` to say.
 */
function factorAt(first: Expression, second: Expression, names: readonly string[], budget: Budget): Expression | null {
  const filling = new Map(
    names.map((name, index) => [name, number(rational(BigInt(7919 + 104_729 * index), 4096n)!)] as const),
  );
  const filled = (side: Expression): Expression => substituted(side, filling);
  const [a, b] = [filled(first), filled(second)];
  const [x, y] = [exactValue(a, budget), exactValue(b, budget)];
  if (x !== null && y !== null) return x.numerator === 0n || y.numerator === 0n ? null : number(divide(y, x)!);
  return call("divide", b, a);
}

/** Compares two relations. Throws `Exceeded`. */
export function sameRelations(
  gold: RelationExpression,
  answer: RelationExpression,
  { budget }: { budget: Budget },
): Decision {
  const congruent = sameCongruences(gold, answer, budget);
  if (congruent !== null) return congruent;
  const flipped = reversed(answer);
  const sides =
    gold.operands.length === 2 && answer.operands.length === 2 ? [difference(gold), difference(answer)] : null;
  if (sides !== null && isTrivial(gold, sides[0]!, budget)) {
    // It says nothing of its names: only what says it in the same words is it.
    const same =
      sameTerms(sides[0]!, sides[1]!) &&
      (relationOf(gold) === relationOf(answer) || relationOf(gold) === relationOf(flipped));
    return same ? { equal: true, rule: "the same identity" } : { equal: false, rule: "another identity" };
  }
  if (sameOperands(gold, answer, budget) || (flipped !== null && sameOperands(gold, flipped, budget)))
    return { equal: true, rule: "the same relation" };
  if (sides === null) return different;
  const [names, others] = [gold, answer].map((side) => [...freeNames(side)].sort());
  if (names!.length === 0 || names!.join() !== others!.join()) return different;
  const [first, second] = sides as [Expression, Expression];
  const factor = factorAt(first, second, names!, budget) ?? number(1);
  const direction = order(factor, number(0), budget);
  if (direction === null || direction === 0) return different;
  const [from, to] = [gold.operators[0]!, answer.operators[0]!];
  if (to !== (direction > 0 || symmetric.has(from) ? from : turned.get(from))) return different;
  const decision = sameValue(call("multiply", first, factor), second, null, budget);
  return decision.equal === true
    ? { equal: true, rule: "relations that differ by a factor", computed: true }
    : { ...decision, rule: different.rule };
}

const relationOf = (relation: RelationExpression | null): Relation | undefined => relation?.operators[0];

/** Whether the two sides of an equation differ by the same number whatever its names stand for: always by nothing, or never by nothing. */
function isTrivial(relation: RelationExpression, sides: Expression, budget: Budget): boolean {
  if (freeNames(sides).size === 0) return false;
  const constantSides = [zero, one, integer(7919)].map((value) =>
    exactValue(substituted(sides, new Map([...freeNames(sides)].map((name) => [name, number(value)]))), budget),
  );
  const [first] = constantSides;
  const moves = constantSides.some((value) => value !== null && first != null && compare(value, first) !== 0);
  return (
    !moves && relation.operators[0] !== "≡" && sameValue(sides, number(first ?? zero), null, budget).equal === true
  );
}
