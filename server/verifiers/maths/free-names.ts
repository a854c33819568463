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
