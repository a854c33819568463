/** The numbers that formulas are compared at: of every sign and size, in every residue, on both sides of every break. */
import { aroundBreakpoints } from "./breakpoints";
import type { Budget } from "./budget";
import type { Features } from "./formula-features";
import { floor, greatestCommonDivisor, integer, rational } from "./rational";
import type { Rational } from "./rational";

export type Point = ReadonlyMap<string, Rational>;

/** Residues that are all tried. */
const mostResidues = 720n;
/** Combinations of residues of several names that are all tried. */
const mostCombinations = 400;

/** A number between 0 and 2^32 from a text, the same on every machine (FNV-1a). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** How many residues of an integer decide; null: too many to try them all. */
function periodOf(moduli: ReadonlySet<bigint>): number | null {
  let [product, multiple] = [1n, 1n];
  for (const modulus of moduli) {
    if (product <= mostResidues) product *= modulus;
    multiple = (multiple / greatestCommonDivisor(multiple, modulus)) * modulus;
    if (multiple > mostResidues) return null;
  }
  // Floors within floors divide by the product.
  return Number(product <= mostResidues ? product : multiple);
}

/** Numbers of certain sizes; the sign is for the caller. */
const sizes: readonly ((random: number) => Rational)[] = [
  (random) => rational(BigInt(2 ** 20 + random), 2n ** 20n)!,
  (random) => rational(BigInt(2 * random + 1), 2n ** 20n)!,
  (random) => integer(2 + (random % 11)),
  (random) => rational(BigInt(random + 2 ** 17), 2n ** 16n)!,
  (random) => rational(BigInt(random + 100), 97n)!,
  (random) => rational(BigInt(random + 10_000) * 1_009n, 103n)!,
];

/** Integers that make a difference somewhere: small ones, those around numbers that are written, powers, squares. */
function specialIntegers({ numbers, naturals, rooted, moduli }: Features): readonly bigint[] {
  const small = Array.from({ length: 13 }, (_, n) => BigInt(n));
  const found = [...small, -1n, -2n, -3n, -4n, -6n, -7n];
  for (const { numerator, denominator } of numbers) {
    const near = floor({ numerator, denominator });
    found.push(near - 1n, near, near + 1n, -near, 2n * near, 2n * near + 1n);
    if (near > 1_000n) found.push(near / 2n, near * 10n + 3n);
  }
  // A factorial of a large number is a large number.
  if (naturals.size > 0) return found.filter((n) => n <= 300n);
  for (const power of [4n, 5n, 6n, 8n, 10n, 16n]) found.push(2n ** power - 1n, 2n ** power, 2n ** power + 1n);
  for (const power of [2n, 3n, 4n, 6n, 9n]) found.push(10n ** power - 1n, 10n ** power, 10n ** power + 1n);
  found.push(27n, 28n, 81n, 125n, 243n, 625n, 720n, 5_040n, 30_030n, 1_000_003n, -1_000n, -30_031n);
  if (rooted)
    for (const root of [4n, 5n, 6n, 7n, 9n, 11n, 15n, 31n])
      found.push(root * root - 1n, root * root, root * root + 1n, root ** 3n);
  for (const modulus of moduli) found.push(modulus * modulus, modulus * modulus - 1n, 7n * modulus - 1n);
  return found;
}

interface Names {
  readonly integers: readonly string[];
  readonly naturals: ReadonlySet<string>;
  readonly reals: readonly string[];
  /** Names of quantities that have to be positive. */
  readonly positive: ReadonlySet<string>;
}

/** What has to be compared. */
export interface Sampling {
  readonly points: Iterable<Point>;
  /** That the formulas agree at all of these points says that they do everywhere. */
  readonly complete: boolean;
}

/** Points for real names only: each sign and size; `round` makes them different. */
function realValue(name: string, seed: string, round: number, index: number, positive: ReadonlySet<string>): Rational {
  const random = hash(`${seed} ${name} ${round}`) % 2 ** 19;
  const value = sizes[(round + index * (1 + (round % 5))) % sizes.length]!(random);
  // In the first rounds every combination of signs of three names occurs.
  const negative = positive.has(name) ? false : round === 0 ? false : ((round >> (index % 3)) & 1) === 1;
  return negative ? { numerator: -value.numerator, denominator: value.denominator } : value;
}

const realRounds = 12;

function* combinations(names: Names, period: number, seed: string): Generator<Point> {
  const count = period ** names.integers.length;
  for (let at = 0; at < count; at++) {
    let rest = at;
    yield new Map(
      names.integers.map((name) => {
        const residue = rest % period;
        rest = Math.floor(rest / period);
        return [name, integer(residue + period * (hash(`${seed} ${name} ${at}`) % 4))] as const;
      }),
    );
  }
}

/** Values of the integer names. */
function* integerPoints(names: Names, features: Features, seed: string, period: number | null): Generator<Point> {
  const allowed = (name: string, value: bigint): boolean => value >= 0n || !names.naturals.has(name);
  const special = specialIntegers(features);
  const [only] = names.integers;
  if (names.integers.length === 1) {
    const tried = new Set<bigint>();
    const reach = BigInt(Math.max(24, 2 * (period ?? 60)));
    const run = function* (values: Iterable<bigint>): Generator<Point> {
      for (const value of values)
        if (!tried.has(value) && allowed(only!, value)) {
          tried.add(value);
          yield new Map([[only!, integer(value)]]);
        }
    };
    yield* run(special);
    yield* run(Array.from({ length: Number(reach) + 1 }, (_, n) => BigInt(n)));
    yield* run(Array.from({ length: Math.min(200, period ?? 60) }, (_, n) => BigInt(-n - 1)));
    return;
  }
  for (let round = 0; round < 60; round++) {
    const pick = (name: string): bigint => {
      const random = hash(`${seed} ${name} ${round}`);
      const pool = round % 3 === 0 ? special : special.slice(0, 13);
      const value = pool[random % pool.length]!;
      return allowed(name, value) ? value : -value;
    };
    const shared = pick("");
    yield new Map(
      names.integers.map(
        (name) => [name, integer(round % 7 === 6 ? (allowed(name, shared) ? shared : -shared) : pick(name))] as const,
      ),
    );
  }
  if (period !== null && period ** names.integers.length <= mostCombinations) yield* combinations(names, period, seed);
}

/** Multiples of a small step, for real numbers that are rounded: none of the places where a floor jumps lies between two of them. */
function gridOf(features: Features, period: number): readonly Rational[] | null {
  const steps = new Set([2n]);
  for (const { numerator, denominator } of features.numbers)
    for (const part of [numerator < 0n ? -numerator : numerator, denominator])
      if (part > 1n && part < 60n) steps.add(part);
  let step = 1n;
  for (const part of steps) step = (step / greatestCommonDivisor(step, part)) * part;
  const count = BigInt(period) * step * 2n;
  if (count > mostResidues) return null;
  return Array.from({ length: Number(count) + 1 }, (_, at) => rational(2n * BigInt(at) - count, 2n * step)!);
}

export function sampling(
  allNames: readonly string[],
  positive: ReadonlySet<string>,
  features: Features,
  seed: string,
  budget: Budget,
): Sampling {
  const isInteger = (name: string): boolean => features.integers.has(name) || features.naturals.has(name);
  const names: Names = {
    integers: allNames.filter(isInteger),
    naturals: features.naturals,
    reals: allNames.filter((name) => !isInteger(name)),
    positive,
  };
  const period = periodOf(features.moduli);
  const rounded = names.reals.filter((name) => features.rounded.has(name));
  const grid = rounded.length === 1 && period !== null ? gridOf(features, period) : null;
  const complete =
    (features.moduli.size === 0 ||
      (period !== null &&
        period ** Math.max(1, names.integers.length) <=
          (names.integers.length > 1 ? mostCombinations : Number(mostResidues)))) &&
    (rounded.length === 0 || grid !== null);
  const real = (round: number): readonly (readonly [string, Rational])[] =>
    names.reals.map((name, index) => [name, realValue(name, seed, round, index, positive)] as const);
  const whole = (round: number): readonly (readonly [string, Rational])[] =>
    names.integers.map((name) => [name, integer(2 + (hash(`${seed} ${name} ${round}`) % 5))] as const);
  const points = function* (): Generator<Point> {
    if (names.reals.length > 0)
      for (let round = 0; round < realRounds; round++) yield new Map([...real(round), ...whole(round)]);
    // Around what is switched, for each name with two values of the others.
    if (features.switches.length > 0)
      for (const name of allNames)
        for (const round of allNames.length > 1 ? [0, 3] : [0]) {
          const others = new Map([...real(round), ...whole(round)]);
          for (const value of aroundBreakpoints(features.switches, name, others, budget)) {
            const values = isInteger(name) ? [integer(floor(value)), integer(floor(value) + 1n)] : [value];
            for (const one of values)
              if (one.numerator >= 0n || !(features.naturals.has(name) || positive.has(name)))
                yield new Map([...others, [name, one]]);
          }
        }
    let round = 0;
    if (names.integers.length > 0)
      for (const point of integerPoints(names, features, seed, period)) yield new Map([...real(round++), ...point]);
    for (const value of grid ?? []) yield new Map([...real(round++), ...whole(round), [rounded[0]!, value]]);
  };
  return { points: points(), complete };
}
