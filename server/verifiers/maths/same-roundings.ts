/** Formulas in which the same things are rounded, such as `⌊n/1000⌋ + 1` and `⌊0.001n + 1⌋`: equal whatever the rounding says. */
import type { Budget } from "./budget";
import { exactValue } from "./evaluate";
import { call, number, symbol } from "./expression";
import type { Expression } from "./expression";
import { freeNames, substituted } from "./free-names";
import { isInteger } from "./rational";

/** Whether two formulas are equal. */
type Same = (first: Expression, second: Expression) => boolean;

const integerFunctions = new Set(["floor", "ceil", "modulo", "gcd", "lcm"]);

interface Rounding {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly stand: Expression;
}

/** The integer that two formulas differ by; null where they differ by anything else. */
function shiftBetween(first: Expression, second: Expression, same: Same, budget: Budget): Expression | null {
  const difference = call("add", first, call("negate", second));
  const at0 = new Map([...freeNames(difference)].map((name) => [name, number(0)] as const));
  const value = exactValue(substituted(difference, at0), budget);
  if (value === null || !isInteger(value)) return null;
  return same(first, call("add", second, number(value))) ? number(value) : null;
}

/** A name in place of each rounding, the same one for those of the same formula. */
function named(expression: Expression, found: Rounding[], same: Same, budget: Budget): Expression {
  if (expression.kind !== "call") return expression;
  const { name, args } = expression;
  if (!integerFunctions.has(name))
    return { ...expression, args: args.map((argument) => named(argument, found, same, budget)) };
  for (const known of found) {
    if (known.name !== name || known.args.length !== args.length) continue;
    if (args.every((argument, index) => same(argument, known.args[index]!))) return known.stand;
    if (name !== "floor" && name !== "ceil") continue;
    const shift = shiftBetween(args[0]!, known.args[0]!, same, budget);
    if (shift !== null) return call("add", known.stand, shift);
  }
  const stand = symbol(`rounding ${found.length}`);
  found.push({ name, args, stand });
  return stand;
}

/** Two formulas with names in place of what they round. When these are equal, so are those; when not, nothing is known. */
export function withRoundingsNamed(
  first: Expression,
  second: Expression,
  same: Same,
  budget: Budget,
): readonly [Expression, Expression] {
  const found: Rounding[] = [];
  return [named(first, found, same, budget), named(second, found, same, budget)];
}
