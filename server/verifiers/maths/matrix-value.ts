/** Arithmetic of matrices: sums, products, powers, inverses, transposes and determinants, by their elements. */
import type { Budget } from "./budget";
import { spend } from "./budget";
import { exactValue } from "./evaluate";
import { call, number } from "./expression";
import type { Expression } from "./expression";
import { isInteger } from "./rational";

type Matrix = Expression & { kind: "matrix" };
type Rows = Matrix["rows"];

const isMatrix = (expression: Expression): expression is Matrix => expression.kind === "matrix";

/** Powers of matrices and sizes of determinants that are computed. */
const largestPower = 100;
const largestDeterminant = 5;

/** A number where the element is one, so that it does not grow. */
function short(element: Expression, budget: Budget): Expression {
  const value = exactValue(element, budget);
  return value === null ? element : number(value);
}

const map = ({ rows }: Matrix, change: (element: Expression) => Expression): Matrix => ({
  kind: "matrix",
  rows: rows.map((row) => row.map(change)),
});

function sum(a: Matrix, b: Matrix, budget: Budget): Matrix | null {
  if (a.rows.length !== b.rows.length || a.rows[0]!.length !== b.rows[0]!.length) return null;
  const rows = a.rows.map((row, y) => row.map((element, x) => short(call("add", element, b.rows[y]![x]!), budget)));
  return { kind: "matrix", rows };
}

function product(a: Expression, b: Expression, budget: Budget): Expression | null {
  if (!isMatrix(a))
    return isMatrix(b) ? map(b, (element) => short(call("multiply", a, element), budget)) : call("multiply", a, b);
  if (!isMatrix(b)) return map(a, (element) => short(call("multiply", element, b), budget));
  if (a.rows[0]!.length !== b.rows.length) return null;
  const rows = a.rows.map((row) =>
    b.rows[0]!.map((_, x) => {
      spend(budget, row.length);
      return short(call("add", ...row.map((element, k) => call("multiply", element, b.rows[k]![x]!))), budget);
    }),
  );
  return { kind: "matrix", rows };
}

const isSquare = ({ rows }: Matrix): boolean => rows.length === rows[0]!.length;

/** What is left without one row and one column. */
const minor = (rows: Rows, y: number, x: number): Rows =>
  rows.filter((_, at) => at !== y).map((row) => row.filter((_, at) => at !== x));

/** By the elements of the first row. */
function determinant(rows: Rows, budget: Budget): Expression {
  spend(budget);
  if (rows.length === 0) return number(1);
  if (rows.length === 1) return rows[0]![0]!;
  const terms = rows[0]!.map((element, x) => {
    const part = call("multiply", element, determinant(minor(rows, 0, x), budget));
    return x % 2 === 0 ? part : call("negate", part);
  });
  return short(call("add", ...terms), budget);
}

function inverse(matrix: Matrix, budget: Budget): Matrix | null {
  const { rows } = matrix;
  if (!isSquare(matrix) || rows.length > largestDeterminant) return null;
  const whole = determinant(rows, budget);
  if (exactValue(whole, budget)?.numerator === 0n) return null;
  return {
    kind: "matrix",
    rows: rows.map((row, y) =>
      row.map((_, x) => {
        // The minor of the mirrored place.
        const part = determinant(minor(rows, x, y), budget);
        return short(call("divide", (x + y) % 2 === 0 ? part : call("negate", part), whole), budget);
      }),
    ),
  };
}

const transposed = ({ rows }: Matrix): Matrix => ({
  kind: "matrix",
  rows: rows[0]!.map((_, x) => rows.map((row) => row[x]!)),
});

function power(base: Matrix, exponent: Expression, budget: Budget): Matrix | null {
  if (exponent.kind === "symbol" && ["T", "t", "top"].includes(exponent.name)) return transposed(base);
  const value = exactValue(exponent, budget);
  if (value === null || !isInteger(value) || !isSquare(base)) return null;
  const times = Number(value.numerator);
  if (Math.abs(times) > largestPower) return null;
  const factor = times < 0 ? inverse(base, budget) : base;
  if (factor === null) return null;
  let result: Matrix = {
    kind: "matrix",
    rows: base.rows.map((row, y) => row.map((_, x) => number(x === y ? 1 : 0))),
  };
  for (let n = 0; n < Math.abs(times); n++) result = product(result, factor, budget) as Matrix;
  return result;
}

/** Null where it has no value: matrices that do not fit. */
function computed(name: string, args: readonly Expression[], budget: Budget): Expression | null {
  const [first, second] = args;
  switch (name) {
    case "add":
      return args
        .slice(1)
        .reduce<Expression | null>(
          (total, item) => (total !== null && isMatrix(total) && isMatrix(item) ? sum(total, item, budget) : null),
          first!,
        );
    case "negate":
      return map(first as Matrix, (element) => short(call("negate", element), budget));
    case "multiply":
      return args
        .slice(1)
        .reduce<Expression | null>((total, item) => (total === null ? null : product(total, item, budget)), first!);
    case "divide":
      return isMatrix(first!) && !isMatrix(second!)
        ? map(first, (element) => short(call("divide", element, second!), budget))
        : null;
    case "power":
      return isMatrix(first!) ? power(first, second!, budget) : null;
    case "det":
    case "abs":
      return isMatrix(first!) && isSquare(first) && first.rows.length <= largestDeterminant
        ? determinant(first.rows, budget)
        : null;
    default:
      return null;
  }
}

/** The expression with what is computed from matrices in place of the computation, as far as it can be. Throws `Exceeded`. */
export function withMatricesComputed(expression: Expression, budget: Budget): Expression {
  if (expression.kind !== "call") return expression;
  const args = expression.args.map((argument) => withMatricesComputed(argument, budget));
  if (args.every((argument, index) => argument === expression.args[index]) && !args.some(isMatrix)) return expression;
  return (args.some(isMatrix) ? computed(expression.name, args, budget) : null) ?? { ...expression, args };
}
