/** What formulas hold that decides at which points they have to be compared. */
import type { Budget } from "./budget";
import { canonicalText } from "./canonical";
import { exactValue } from "./evaluate";
import { call } from "./expression";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";
import { isInteger, rationalText } from "./rational";
import type { Rational } from "./rational";

export interface Features {
  /** Roots, logarithms and powers that are real for some numbers only. */
  readonly rooted: boolean;
  /** Absolute values, maxima, minima: another formula on either side of some number. */
  readonly piecewise: boolean;
  /** Floors, divisors, factorials, signs such as `(-1)^n` and `\cos n\pi`: what is made for integers. */
  readonly arithmetic: boolean;
  /** What changes its sign where one formula takes over from another, or where a value stops being real. */
  readonly switches: readonly Expression[];
  /** Numbers whose residues decide: what floors and remainders divide by. */
  readonly moduli: ReadonlySet<bigint>;
  /** Every number that is written. */
  readonly numbers: readonly Rational[];
  /** Names of integers that are not negative: factorials, binomials and sums need such. */
  readonly naturals: ReadonlySet<string>;
  /** Names of integers. */
  readonly integers: ReadonlySet<string>;
  /** Names in floors that are not known to be integers. */
  readonly rounded: ReadonlySet<string>;
}

/** What is being collected. */
interface Collection {
  readonly budget: Budget;
  /** In a gold answer what an integer function is applied to is an integer; elsewhere only a letter that is used for integers is. */
  readonly gold: boolean;
  readonly found: {
    rooted: boolean;
    piecewise: boolean;
    arithmetic: boolean;
    readonly switches: Map<string, Expression>;
    readonly moduli: Set<bigint>;
    readonly numbers: Map<string, Rational>;
    readonly naturals: Set<string>;
    readonly integers: Set<string>;
    readonly rounded: Set<string>;
  };
}

const integerFunctions = new Set(["gcd", "lcm", "modulo"]);
const naturalFunctions = new Set(["factorial", "double factorial", "binomial"]);
const periodic = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "exp"]);
const rootedFunctions = new Set(["ln", "log", "log to base", "arcsin", "arccos", "arcosh", "artanh"]);

/** Letters that stand for integers wherever something asks for them. */
const isIntegerLetter = (name: string): boolean => /^[ijklmnKMN](?:_.*)?$/.test(name);

const holdsPi = (expression: Expression): boolean =>
  (expression.kind === "constant" && expression.name === "pi") ||
  (expression.kind === "call" && expression.args.some(holdsPi));

/** What a sign depends on: of a product, quotient or power each of its factors. */
function factors(expression: Expression): readonly Expression[] {
  if (expression.kind !== "call") return [expression];
  const { name, args } = expression;
  if (name === "multiply" || name === "divide") return args.flatMap(factors);
  if (name === "negate" || name === "power" || name === "root") return factors(args[0]!);
  return [expression];
}

function addSwitches({ found }: Collection, expressions: readonly Expression[]): void {
  // The sign of a name alone turns at 0, which is looked at anyway.
  for (const factor of expressions.flatMap(factors))
    if (factor.kind !== "symbol" && freeNames(factor).size > 0) found.switches.set(canonicalText(factor), factor);
}

function addIntegers(collection: Collection, expressions: readonly Expression[], names: Set<string>): void {
  for (const name of expressions.flatMap((expression) => [...freeNames(expression)]))
    if (collection.gold || isIntegerLetter(name)) names.add(name);
}

function addModulus({ found }: Collection, value: bigint): void {
  if (value !== 0n) found.moduli.add(value < 0n ? -value : value);
}

/** What is divided by in an expression, `times` a factor. */
function addDivisors(collection: Collection, expression: Expression, times: bigint): void {
  if (expression.kind === "number") addModulus(collection, expression.value.denominator * times);
  if (expression.kind !== "call") return;
  const divisor = expression.name === "divide" ? exactValue(expression.args[1]!, collection.budget) : null;
  if (divisor !== null && isInteger(divisor)) addModulus(collection, divisor.numerator * times);
  for (const argument of expression.args) addDivisors(collection, argument, times);
}

function addPower(collection: Collection, base: Expression, exponent: Expression): void {
  const { found, budget } = collection;
  if (exponent.kind === "number" && isInteger(exponent.value)) return;
  const value = freeNames(base).size > 0 ? null : exactValue(base, budget);
  if (value !== null && value.numerator < 0n) {
    // `(-1)^n`
    found.arithmetic = true;
    addIntegers(collection, [exponent], found.integers);
    addDivisors(collection, exponent, 2n);
    addModulus(collection, 2n);
  } else if (base.kind === "constant" && base.name === "i") {
    const counted = [...freeNames(exponent)].filter(isIntegerLetter);
    if (counted.length > 0) found.arithmetic = true;
    for (const name of counted) found.integers.add(name);
    addDivisors(collection, exponent, 4n);
    addModulus(collection, 4n);
  } else if (base.kind === "constant") addPeriod(collection, exponent);
  else if (value === null) {
    found.rooted = true;
    addSwitches(collection, [base]);
  }
}

/** `\cos n\pi`, `e^{n\pi i}`. */
function addPeriod(collection: Collection, argument: Expression): void {
  const counted = holdsPi(argument) ? [...freeNames(argument)].filter(isIntegerLetter) : [];
  if (counted.length === 0) return;
  collection.found.arithmetic = true;
  for (const name of counted) collection.found.integers.add(name);
  addDivisors(collection, argument, 2n);
  addModulus(collection, 2n);
}

function addCall(collection: Collection, name: string, args: readonly Expression[]): void {
  const { found } = collection;
  if (name === "power") addPower(collection, args[0]!, args[1]!);
  else if (periodic.has(name)) addPeriod(collection, args[0]!);
  else if (name === "root" || rootedFunctions.has(name)) {
    found.rooted = true;
    addSwitches(collection, name === "root" ? args.slice(0, 1) : args);
  } else if (name === "abs") {
    found.piecewise = true;
    addSwitches(collection, args);
  } else if (name === "max" || name === "min") {
    found.piecewise = true;
    for (const [index, argument] of args.entries())
      for (const other of args.slice(index + 1))
        addSwitches(collection, [call("add", argument, call("negate", other))]);
  } else if (name === "floor" || name === "ceil") {
    found.arithmetic = true;
    addDivisors(collection, args[0]!, 1n);
    for (const free of freeNames(args[0]!)) (isIntegerLetter(free) ? found.integers : found.rounded).add(free);
  } else if (integerFunctions.has(name)) {
    found.arithmetic = true;
    addIntegers(collection, args, found.integers);
    for (const argument of name === "modulo" ? args.slice(1) : args) {
      const value = exactValue(argument, collection.budget);
      if (value !== null && isInteger(value)) addModulus(collection, value.numerator);
    }
    for (const argument of args) addDivisors(collection, argument, 1n);
  } else if (naturalFunctions.has(name)) {
    found.arithmetic = true;
    addIntegers(collection, args, found.naturals);
  } else if (name === "sum" || name === "product") {
    found.arithmetic = true;
    addIntegers(collection, args.slice(2), found.naturals);
  }
}

function visit(collection: Collection, expression: Expression): void {
  if (expression.kind === "number") collection.found.numbers.set(rationalText(expression.value), expression.value);
  if (expression.kind !== "call") return;
  if (freeNames(expression).size > 0) addCall(collection, expression.name, expression.args);
  for (const argument of expression.args) visit(collection, argument);
}

/** What two formulas hold, of which the first is the gold answer. */
export function featuresOf(first: Expression, second: Expression, budget: Budget): Features {
  const found: Collection["found"] = {
    rooted: false,
    piecewise: false,
    arithmetic: false,
    switches: new Map(),
    moduli: new Set(),
    numbers: new Map(),
    naturals: new Set(),
    integers: new Set(),
    rounded: new Set(),
  };
  visit({ budget, gold: true, found }, first);
  visit({ budget, gold: false, found }, second);
  return { ...found, switches: [...found.switches.values()], numbers: [...found.numbers.values()] };
}
