/** Arithmetic of whole numbers with + - * / and parentheses, exactly, by a parser: no power, no names, nothing that could run away. */
import { add, divide, integer, multiply, negate, subtract } from "../maths/rational";
import type { Rational } from "../maths/rational";

/** Longest expression that is read, in characters. */
const longest = 400;

export interface ArithmeticResult {
  readonly value: Rational;
  /** The numbers as they stand in the expression, in order. */
  readonly numbers: readonly number[];
}

class Unreadable extends Error {}

/** The value of an expression and the numbers it uses; null when it is not one, or divides by zero. */
export function evaluateArithmetic(text: string): ArithmeticResult | null {
  if (text.length > longest) return null;
  // Two numbers with nothing but a space between must not become one.
  const tokens =
    text
      .replaceAll("×", "*")
      .replaceAll("÷", "/")
      .replaceAll("−", "-")
      .match(/\d+|[^\s]/g) ?? [];
  const numbers: number[] = [];
  let at = 0;

  const atom = (): Rational => {
    const token = tokens[at++];
    if (token === "-") return negate(atom());
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw new Unreadable();
      return value;
    }
    if (token === undefined || !/^\d{1,15}$/.test(token)) throw new Unreadable();
    numbers.push(Number(token));
    return integer(Number(token));
  };
  const product = (): Rational => {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/") {
      const operator = tokens[at++];
      const next = operator === "*" ? multiply(value, atom()) : divide(value, atom());
      if (next === null) throw new Unreadable();
      value = next;
    }
    return value;
  };
  const sum = (): Rational => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-")
      value = tokens[at++] === "+" ? add(value, product()) : subtract(value, product());
    return value;
  };

  try {
    const value = sum();
    return at === tokens.length ? { value, numbers } : null;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

const sorted = (numbers: readonly number[]): string => numbers.toSorted((a, b) => a - b).join(",");

/** Whether an expression equals the target and uses each of the numbers once, and nothing else. */
export function solvesCountdown(answer: string, numbers: readonly number[], target: number): boolean {
  const result = evaluateArithmetic(answer);
  if (!result || sorted(result.numbers) !== sorted(numbers)) return false;
  return result.value.denominator === 1n && result.value.numerator === BigInt(target);
}
