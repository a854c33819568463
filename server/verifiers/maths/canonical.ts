/** One text for expressions that differ only in the order of terms, factors and members of sets. */
import type { Expression } from "./expression";
import { rationalText } from "./rational";

const commutative = new Set([
  "add",
  "multiply",
  "gcd",
  "lcm",
  "max",
  "min",
  "union",
  "intersection",
  "logical and",
  "logical or",
]);

/** Terms of sums in sums, factors of products in products, and so on: these operations are associative too. */
function flatten(name: string, args: readonly Expression[]): readonly Expression[] {
  if (!commutative.has(name)) return args;
  return args.flatMap((argument) =>
    argument.kind === "call" && argument.name === name ? flatten(name, argument.args) : [argument],
  );
}

export function canonicalText(expression: Expression): string {
  const texts = (items: readonly Expression[], sorted: boolean): string => {
    const list = items.map(canonicalText);
    return (sorted ? list.sort() : list).join(",");
  };
  switch (expression.kind) {
    case "number":
      return rationalText(expression.value);
    case "symbol":
      return `'${expression.name}`;
    case "constant":
      return expression.name;
    case "text":
      return JSON.stringify(expression.text.toLowerCase());
    case "call":
      return `${expression.name}(${texts(flatten(expression.name, expression.args), commutative.has(expression.name))})`;
    case "group":
      return `${expression.name}${expression.joined ?? ""}{${texts(expression.items, expression.name !== "tuple")}}`;
    case "interval":
      return `${expression.lowClosed ? "[" : "("}${texts([expression.low, expression.high], false)}${expression.highClosed ? "]" : ")"}`;
    case "matrix":
      return `matrix[${expression.rows.map((row) => texts(row, false)).join(";")}]`;
    case "relation":
      return `relation<${expression.operators.join("")}|${texts(expression.operands, false)}>`;
    case "measure":
      return `${canonicalText(expression.value)} ${expression.unit}`;
  }
}
