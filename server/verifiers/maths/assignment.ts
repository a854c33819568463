/** `x = 5`, `f(x) = 2x`, `|AB| = 1`, `(p, q) = (3, 2)`: a name with its value. */
import { canonicalText } from "./canonical";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";

/** A product of capital letters names a segment or an area: `AB`, `NO`. */
const isSegment = (expression: Expression): boolean =>
  (expression.kind === "symbol" && /^([A-Z](_.*)?'*|bar\{.*|angle .*|triangle .*)$/.test(expression.name)) ||
  (expression.kind === "call" && expression.name === "multiply" && expression.args.every(isSegment));

const isLetter = (expression: Expression | undefined, letter: RegExp): boolean =>
  expression?.kind === "symbol" && letter.test(expression.name);
/** `\frac{dy}{dx}` */
const isDerivative = ({ name, args }: Expression & { kind: "call" }): boolean =>
  name === "divide" &&
  args.every(
    (part) =>
      part.kind === "call" && part.args.length === 2 && isLetter(part.args[0], /^d$/) && isLetter(part.args[1], /./),
  );
/** `m\angle A` */
const isMeasureOfAngle = ({ name, args }: Expression & { kind: "call" }): boolean =>
  name === "multiply" && args.length === 2 && isLetter(args[0], /^m$/) && isLetter(args[1], /^angle /);

/** Whether an expression says what a value is the value of. */
export function isName(expression: Expression): boolean {
  switch (expression.kind) {
    case "symbol":
    case "text":
      return true;
    case "call":
      if (expression.name.endsWith("()")) return true;
      if (isDerivative(expression) || isMeasureOfAngle(expression)) return true;
      if (["abs", "divide", "ratio"].includes(expression.name))
        return expression.args.every(
          (argument) => isSegment(argument) || (expression.name === "ratio" && isName(argument)),
        );
      return isSegment(expression);
    case "group":
      return expression.name !== "set" && expression.items.every(({ kind }) => kind === "symbol");
    default:
      return false;
  }
}

/**
 * A name and its value, or null for another relation. Of `x = 1 + 1 = 2 ≈ 2.0` the value is `2`. `names`: those of `x = y = 2`, empty
 * where there is one.
 */
export function assignment(
  expression: Expression,
): { readonly name: Expression | null; readonly names: string; readonly value: Expression } | null {
  if (expression.kind !== "relation") return null;
  let { operators, operands } = expression;
  const approximate = operators.indexOf("≈", 1);
  if (approximate > 0) {
    operators = operators.slice(0, approximate);
    operands = operands.slice(0, approximate + 1);
  }
  if (operators.length === 1 && operators[0] === "∈") {
    return operands[0]!.kind === "symbol" ? { name: operands[0], names: "", value: operands[1]! } : null;
  }
  if (!operators.every((operator) => operator === "=" || operator === "≈")) return null;
  // `5 = x`
  const [left, right] = operands;
  if (operands.length === 2 && right!.kind === "symbol" && left!.kind !== "symbol" && freeNames(left!).size === 0)
    return isName(left!) ? null : { name: right, names: "", value: left! };
  const value = operands.at(-1)!;
  const named = operands.slice(0, -1).filter(isName);
  const name = named[0] ?? null;
  // An equation of two formulas has no value; a chain of steps, or one step of arithmetic, has the last one.
  const steps = operands.length > 2 || operands.every((operand) => freeNames(operand).size === 0);
  if (name === null && !steps) return null;
  const letters = named.filter(({ kind }) => kind === "symbol").map(nameText);
  return { name, names: letters.length > 1 ? letters.sort().join() : "", value };
}

/** What tells two names apart: of a function its letter, not what it is applied to. */
export function nameText(name: Expression): string {
  if (name.kind === "symbol") return name.name;
  if (name.kind === "text") return name.text.toLowerCase();
  if (name.kind === "call" && name.name.endsWith("()")) return name.name;
  return canonicalText(name);
}
/** A name without its index: `x` of `x_1`. */
export const baseName = (name: Expression): string => nameText(name).replace(/_.*$/, "");
