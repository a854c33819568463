import type { Expression } from "./expression";

/** Names in an expression that stand for numbers. */
export function freeNames(expression: Expression, names = new Set<string>()): Set<string> {
  switch (expression.kind) {
    case "symbol":
      names.add(expression.name);
      break;
    case "text":
      names.add(expression.text);
      break;
    case "call":
      for (const argument of expression.args) freeNames(argument, names);
      break;
    case "group":
      for (const item of expression.items) freeNames(item, names);
      break;
    case "relation":
      for (const operand of expression.operands) freeNames(operand, names);
      break;
    case "measure":
      freeNames(expression.value, names);
      break;
    case "interval":
      freeNames(expression.low, names);
      freeNames(expression.high, names);
      break;
    case "matrix":
      for (const item of expression.rows.flat()) freeNames(item, names);
      break;
    case "number":
    case "constant":
      break;
  }
  return names;
}

/** The expression with other expressions in place of names. */
export function substituted(expression: Expression, names: ReadonlyMap<string, Expression>): Expression {
  const all = (items: readonly Expression[]): Expression[] => items.map((item) => substituted(item, names));
  switch (expression.kind) {
    case "symbol":
      return names.get(expression.name) ?? expression;
    case "call":
      return { ...expression, args: all(expression.args) };
    case "group":
      return { ...expression, items: all(expression.items) };
    case "relation":
      return { ...expression, operands: all(expression.operands) };
    case "measure":
      return { ...expression, value: substituted(expression.value, names) };
    case "interval":
      return { ...expression, low: substituted(expression.low, names), high: substituted(expression.high, names) };
    case "matrix":
      return { ...expression, rows: expression.rows.map(all) };
    case "text":
    case "number":
    case "constant":
      return expression;
  }
}
