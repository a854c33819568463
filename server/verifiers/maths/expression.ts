/** What an answer is parsed to. */
import type { Rational } from "./rational";
import { integer, rationalText } from "./rational";

export type ConstantName =
  "pi" | "e" | "i" | "infinity" | "empty set" | "naturals" | "integers" | "rationals" | "reals" | "complexes";

/** How the sides of a relation stand to each other. */
export type Relation =
  "=" | "≈" | "≡" | "≠" | "<" | "≤" | ">" | "≥" | "∈" | "∉" | "⊂" | "⊆" | "⊄" | "→" | "∥" | "⊥" | "|" | "~";

export type Expression =
  | {
      readonly kind: "number";
      readonly value: Rational;
      /** Written with a decimal point. */ readonly decimal: boolean;
    }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "constant"; readonly name: ConstantName }
  | { readonly kind: "text"; readonly text: string }
  /** Arithmetic (`add`, `multiply`, `divide`, `negate`, `power`), functions, and operations on sets. */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** `tuple`: in parentheses. `set`: in braces. `list`: items without either, which may mean both. */
  | {
      readonly kind: "group";
      readonly name: "tuple" | "set" | "list";
      readonly items: readonly Expression[];
      /** The word between the items of a list; none between those that commas part. */
      readonly joined?: "and" | "or";
    }
  | {
      readonly kind: "interval";
      readonly low: Expression;
      readonly high: Expression;
      readonly lowClosed: boolean;
      readonly highClosed: boolean;
    }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Expression[])[] }
  /** `a < b ≤ c`: one operator fewer than operands. */
  | { readonly kind: "relation"; readonly operators: readonly Relation[]; readonly operands: readonly Expression[] }
  /** A number with what it counts: `15 cm²`. */
  | { readonly kind: "measure"; readonly value: Expression; readonly unit: string };

export const number = (value: Rational | number, decimal = false): Expression => ({
  kind: "number",
  value: typeof value === "number" ? integer(value) : value,
  decimal,
});
export const symbol = (name: string): Expression => ({ kind: "symbol", name });
export const constant = (name: ConstantName): Expression => ({ kind: "constant", name });
export const call = (name: string, ...args: readonly Expression[]): Expression => ({ kind: "call", name, args });

/** Whether a number in it is written with a decimal point. */
export const hasDecimals = (expression: Expression): boolean =>
  expression.kind === "number"
    ? expression.decimal
    : expression.kind === "measure"
      ? hasDecimals(expression.value)
      : expression.kind === "call" && expression.args.some(hasDecimals);

const infix: Readonly<Record<string, string>> = {
  add: " + ",
  multiply: "·",
  divide: "/",
  power: "^",
  union: " ∪ ",
  intersection: " ∩ ",
  difference: " ∖ ",
  ratio: ":",
  "logical and": " ∧ ",
  "logical or": " ∨ ",
};

/** The expression in one line, every operation in parentheses, so that a reader sees how it was understood. */
export function expressionText(expression: Expression): string {
  const list = (items: readonly Expression[]): string => items.map(expressionText).join(", ");
  switch (expression.kind) {
    case "number":
      return rationalText(expression.value);
    case "symbol":
    case "constant":
      return expression.name;
    case "text":
      return JSON.stringify(expression.text);
    case "call": {
      const operator = infix[expression.name];
      if (operator !== undefined) return `(${expression.args.map(expressionText).join(operator)})`;
      return `${expression.name === "negate" ? "−" : expression.name}(${list(expression.args)})`;
    }
    case "group": {
      if (expression.name === "list")
        return expression.items
          .map(expressionText)
          .join(expression.joined === undefined ? ", " : ` ${expression.joined} `);
      return expression.name === "set" ? `{${list(expression.items)}}` : `(${list(expression.items)})`;
    }
    case "interval":
      return `${expression.lowClosed ? "[" : "]"}${list([expression.low, expression.high])}${expression.highClosed ? "]" : "["}`;
    case "matrix":
      return `[${expression.rows.map(list).join("; ")}]`;
    case "relation":
      return expression.operands
        .map((operand, index) =>
          index === 0 ? expressionText(operand) : `${expression.operators[index - 1]!} ${expressionText(operand)}`,
        )
        .join(" ");
    case "measure":
      return `${expressionText(expression.value)} ${expression.unit}`;
  }
}
