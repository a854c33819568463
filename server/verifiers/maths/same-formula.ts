/** Whether two formulas with free names are equal, from their values at points that are chosen by what the formulas hold. */
import { undefinedValue } from "./big-float";
import type { Budget } from "./budget";
import { TooLarge } from "./budget";
import { canonicalText } from "./canonical";
import { evaluate, exactValue } from "./evaluate";
import type { Expression } from "./expression";
import { featuresOf } from "./formula-features";
import type { Features } from "./formula-features";
import { hash, sampling } from "./formula-points";
import type { Point } from "./formula-points";
import { freeNames } from "./free-names";
import { compare, integer, rational } from "./rational";
import type { Rational } from "./rational";
import { sameAtPrecision, writtenBits } from "./same-at-precision";
import type { Decision } from "./same-at-precision";
import { withRoundingsNamed } from "./same-roundings";

/** Bits in which formulas must agree at a point, beyond what the numbers in them could bring about. */
const pointAgreement = 96;
/** Most bits at a point. One where numbers are too large or small for it says nothing; another one may. */
const pointPrecision = 1_500;
/** At how many points both must have a value. */
const pointsNeeded = 2;

/** Two formulas that are being compared, of which the first is the gold answer. */
interface Pair {
  readonly first: Expression;
  readonly second: Expression;
  readonly seed: string;
  readonly needed: number;
  readonly budget: Budget;
}

/** What is at a point: `equal` as far as it can be told; `real`: the gold answer is real there, with everything in it. */
interface Found {
  readonly equal: boolean | null;
  readonly real: boolean;
}

/** Null where one has no value, or a huge one. */
function compareAt({ first, second, seed, needed, budget }: Pair, names: Point, round: number): Found | null {
  const opaque = (text: string): Rational => rational(BigInt(hash(`${seed} ${text} ${round}`)), 2n ** 31n)!;
  const reality = { holds: true };
  try {
    const { equal } = sameAtPrecision(first, second, needed, pointPrecision, { budget, names, opaque }, reality);
    return { equal, real: reality.holds };
  } catch (error) {
    if (error === undefinedValue || error instanceof TooLarge) return null;
    throw error;
  }
}

/** Signs and sizes of the points at which formulas without anything special are compared. */
const plainPoints: readonly ((random: number, index: number) => Rational)[] = [
  (random) => rational(BigInt(2 ** 20 + random), 2n ** 20n)!,
  (random) => rational(-BigInt(2 ** 20 + random), 2n ** 20n)!,
  (random) => rational(BigInt(random * 2 + 1) * (random % 2 === 0 ? 1n : -1n), 2n ** 20n)!,
  (random, index) => integer(5 + 3 * index + (random % 3)),
  (random, index) => integer(11 + 7 * index + (random % 7)),
];

const different: Decision = { equal: false, rule: "different at a point" };
const equalAt = (points: number): Decision => ({
  equal: true,
  rule: `equal formulas, at ${points} points`,
  computed: true,
});
const nowhere: Decision = { equal: null, rule: "no point at which the formulas could be compared" };

/** Formulas of arithmetic alone agree everywhere when they agree at a few points. */
function samePlain(pair: Pair, names: readonly string[]): Decision {
  let agreed = 0;
  for (const [round, point] of plainPoints.entries()) {
    const values = new Map(
      names.map((name, index) => [name, point(hash(`${pair.seed} ${name} ${round}`) % 2 ** 19, index)] as const),
    );
    const found = compareAt(pair, values, round);
    if (found?.equal === false) return different;
    if (found?.equal === true) agreed++;
  }
  return agreed >= pointsNeeded ? equalAt(agreed) : nowhere;
}

/** Whether a formula is real for these numbers, with everything in it. */
function isRealAt(expression: Expression, names: Point, budget: Budget): boolean {
  const reality = { holds: true };
  try {
    evaluate(expression, { budget, precision: 128, names, reality, memory: new Map(), opaque: () => integer(2) });
    return reality.holds;
  } catch (error) {
    if (error === undefinedValue || error instanceof TooLarge) return false;
    throw error;
  }
}

/**
 * Names of quantities that the gold answer takes to be positive: it is real for positive ones, and stops being so when this one's sign
 * alone is turned. Those of `\sqrt{h/g}` are, that of `\sqrt{x^2}` is not.
 */
function positiveNames(gold: Expression, names: readonly string[], seed: string, budget: Budget): ReadonlySet<string> {
  const found = new Set<string>();
  let tries = 0;
  for (let round = 0; round < 6 && tries < 2; round++) {
    const values = new Map(
      names.map(
        (name) =>
          [
            name,
            rational(BigInt(1 + 2 * (hash(`${seed} ${name} ${round} +`) % 499)), 2n ** BigInt(2 * round + 1))!,
          ] as const,
      ),
    );
    if (!isRealAt(gold, values, budget)) continue;
    tries++;
    for (const name of names) {
      const value = values.get(name)!;
      const turned = { numerator: -value.numerator, denominator: value.denominator };
      if (!isRealAt(gold, new Map([...values, [name, turned]]), budget)) {
        if (tries === 1) found.add(name);
      } else found.delete(name);
    }
  }
  return found;
}

/**
 * Formulas that are compared as real ones: wherever the gold answer is real, the other one must be the same. Where it never is, as with an
 * imaginary unit, they are compared as complex ones.
 */
function sameSpecial(pair: Pair, names: readonly string[], features: Features): Decision {
  const { first, seed, budget } = pair;
  const positive = features.rooted && names.length > 1 ? positiveNames(first, names, seed, budget) : new Set<string>();
  const { points, complete } = sampling(names, positive, features, seed, budget);
  let [agreed, agreedAsComplex, round] = [0, 0, 0];
  let differsAsComplex = false;
  for (const values of points) {
    const found = compareAt(pair, values, round++);
    if (found === null) continue;
    if (found.real) {
      if (found.equal === false) return different;
      if (found.equal === true) agreed++;
    } else if (found.equal === true) agreedAsComplex++;
    else if (found.equal === false) {
      differsAsComplex = true;
      // Nothing real has turned up for long.
      if (agreed === 0 && round > 60) return different;
    }
  }
  if (agreed === 0 && differsAsComplex) return different;
  if (agreed < pointsNeeded && (agreed > 0 || agreedAsComplex < pointsNeeded)) return nowhere;
  if (!complete)
    return sameButForRoundings(pair)
      ? { equal: true, rule: "equal formulas of the same roundings", computed: true }
      : { equal: null, rule: "formulas with more residues than can be tried" };
  return equalAt(Math.max(agreed, agreedAsComplex));
}

/** Whether two formulas are the same whatever their floors and remainders are. */
function sameButForRoundings({ first, second, budget }: Pair): boolean {
  const same = (a: Expression, b: Expression): boolean => {
    const names = [...freeNames(a, freeNames(b))].sort();
    if (names.length > 0) return sameFormula(a, b, names, budget).equal === true;
    const [x, y] = [exactValue(a, budget), exactValue(b, budget)];
    return x !== null && y !== null && compare(x, y) === 0;
  };
  const [a, b] = withRoundingsNamed(first, second, same, budget);
  const named = freeNames(a, freeNames(b));
  return [...named].some((name) => name.startsWith("rounding ")) && same(a, b);
}

/** Compares two formulas, of which the first is the gold answer. `names`: what is free in them. Throws `Exceeded`. */
export function sameFormula(first: Expression, second: Expression, names: readonly string[], budget: Budget): Decision {
  const seed = `${canonicalText(first)} = ${canonicalText(second)}`;
  const needed = pointAgreement + writtenBits(first, second);
  const pair: Pair = { first, second, seed, needed, budget };
  const features = featuresOf(first, second, budget);
  return features.rooted || features.piecewise || features.arithmetic
    ? sameSpecial(pair, names, features)
    : samePlain(pair, names);
}
