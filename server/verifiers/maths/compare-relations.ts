/** Equations and inequalities that say the same: sides exchanged, terms moved, both sides multiplied by a number. */
import type { Budget } from "./budget";
import { canonicalText } from "./canonical";
import { call, number } from "./expression";
import type { Expression, Relation } from "./expression";
import { rational } from "./rational";
import { freeNames } from "./free-names";
import { sameValue } from "./same-value";
import type { Decision } from "./same-value";
import { evaluate } from "./evaluate";
import { isExact } from "./values";
import { undefinedValue } from "./big-float";

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

/**
 * The factor between two formulas that differ by a constant factor, from their values at one point; a formula that is 0 there has none.
 * Whether it is the factor everywhere is for `sameValue` to say.
 */
function factorAt(first: Expression, second: Expression, names: readonly string[], budget: Budget): Expression | null {
  const values = new Map(names.map((name, index) => [name, rational(BigInt(7919 + 104_729 * index), 4096n)!] as const));
  try {
    const [a, b] = [first, second].map((side) => evaluate(side, { budget, precision: null, names: values }));
    if (a === undefined || b === undefined || !isExact(a) || !isExact(b)) return null;
    if (a.numerator === 0n || b.numerator === 0n) return null;
    return number(rational(b.numerator * a.denominator, b.denominator * a.numerator)!);
  } catch (error) {
    if (error !== undefinedValue) throw error;
    return null;
  }
}

/** Compares two relations. Throws `Exceeded`. */
export function sameRelations(
  gold: RelationExpression,
  answer: RelationExpression,
  { budget }: { budget: Budget },
): Decision {
  const flipped = reversed(answer);
  if (sameOperands(gold, answer, budget) || (flipped !== null && sameOperands(gold, flipped, budget)))
    return { equal: true, rule: "the same relation" };
  if (gold.operands.length !== 2 || answer.operands.length !== 2) return different;
  const [names, others] = [gold, answer].map((side) => [...freeNames(side)].sort());
  if (names!.length === 0 || names!.join() !== others!.join()) return different;
  const [first, second] = [difference(gold), difference(answer)];
  const factor = factorAt(first, second, names!, budget) ?? number(1);
  if (factor.kind !== "number") return different;
  const positive = factor.value.numerator > 0n;
  const [from, to] = [gold.operators[0]!, answer.operators[0]!];
  if (to !== (positive || symmetric.has(from) ? from : turned.get(from))) return different;
  const decision = sameValue(call("multiply", first, factor), second, null, budget);
  return decision.equal === true
    ? { equal: true, rule: "relations that differ by a factor" }
    : { ...decision, rule: different.rule };
}
