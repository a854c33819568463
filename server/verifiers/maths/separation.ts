/**
 * How close to 0 an algebraic number can come without being 0 (Burnikel, Fleischer, Mehlhorn, Schirra, "A strong and easily computable
 * separation bound for arithmetic expressions involving radicals", 2000). It turns "equal to n bits" into "equal".
 */
import { canonicalText } from "./canonical";
import { call, number } from "./expression";
import type { Expression } from "./expression";
import { bitLength } from "./rational";

/** log₂ of the bounds u and l of the paper. */
interface Bounds {
  readonly u: number;
  readonly l: number;
}

const larger = (a: number, b: number): number => Math.max(a, b) + 1;

/** Collects the radicals by their text, as one that occurs twice counts once. Null for what is not algebraic. */
function bounds(expression: Expression, radicals: Map<string, number>): Bounds | null {
  if (expression.kind === "number")
    return { u: bitLength(expression.value.numerator), l: bitLength(expression.value.denominator) };
  if (expression.kind === "constant" && expression.name === "i") {
    radicals.set("i", 2);
    return { u: 0, l: 0 };
  }
  if (expression.kind !== "call") return null;
  const parts = expression.args.map((argument) => bounds(argument, radicals));
  if (parts.includes(null)) return null;
  const [first, second] = parts as Bounds[];
  switch (expression.name) {
    case "add":
      return (parts as Bounds[]).reduce((a, b) => ({ u: larger(a.u + b.l, b.u + a.l), l: a.l + b.l }));
    case "multiply":
      return (parts as Bounds[]).reduce((a, b) => ({ u: a.u + b.u, l: a.l + b.l }));
    case "divide":
      return { u: first!.u + second!.l, l: first!.l + second!.u };
    case "negate":
      return first!;
    case "percent":
      return { u: first!.u, l: first!.l + 7 };
    case "root":
      return root(first!, expression.args[1]!, expression.args[0]!, radicals);
    case "power":
      return power(first!, expression, radicals);
    default:
      return null;
  }
}

function root(
  { u, l }: Bounds,
  degree: Expression,
  radicand: Expression,
  radicals: Map<string, number>,
): Bounds | null {
  if (degree.kind !== "number" || degree.value.denominator !== 1n) return null;
  const k = Number(degree.value.numerator);
  if (k < 1 || k > 64) return null;
  // One that is written as a root and as a power is one.
  radicals.set(`${k} ${canonicalText(radicand)}`, k);
  return u >= l ? { u: (u + (k - 1) * l) / k, l } : { u, l: ((k - 1) * u + l) / k };
}

/** What a root is taken of in `base^(size/k)`. */
const raisedText = (base: Expression, size: number): Expression =>
  size === 1 ? base : call("power", base, number(size));

function power(base: Bounds, expression: Expression & { kind: "call" }, radicals: Map<string, number>): Bounds | null {
  let exponent = expression.args[1]!;
  let inverse = false;
  if (exponent.kind === "call" && exponent.name === "negate") {
    inverse = true;
    exponent = exponent.args[0]!;
  }
  const [above, below] = exponent.kind === "call" && exponent.name === "divide" ? exponent.args : [exponent];
  const n = above?.kind === "number" && above.value.denominator === 1n ? Number(above.value.numerator) : null;
  if (n === null || Math.abs(n) > 10_000) return null;
  const size = Math.abs(n);
  const raised: Bounds = { u: base.u * size, l: base.l * size };
  const rooted = below === undefined ? raised : root(raised, below, raisedText(expression.args[0]!, size), radicals);
  return rooted !== null && inverse !== n < 0 ? { u: rooted.l, l: rooted.u } : rooted;
}

/** Bits: a difference of two algebraic constants that is smaller than 2^−bits is 0. Null when one is not algebraic. */
export function separationBits(first: Expression, second: Expression): number | null {
  const radicals = new Map<string, number>();
  const difference: Expression = { kind: "call", name: "add", args: [first, second] };
  const both = bounds(difference, radicals);
  if (both === null) return null;
  const degree = [...radicals.values()].reduce((product, k) => product * k, 1);
  return both.l + (degree - 1) * Math.max(0, both.u) + 2;
}
