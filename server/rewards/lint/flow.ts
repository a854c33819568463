/** Whether code can come to the end of statements without a `return` or a `throw`. */
import type * as ast from "@babel/types";
import { childrenOf, isFunction, type Node } from "./syntax";

/** Whether a `break` of this loop or `switch` stands in it. */
function breaksOut(node: Node): boolean {
  if (isFunction(node)) return false;
  if (node.type === "BreakStatement") return true;
  const inner = (child: Node): boolean =>
    child.type === "WhileStatement" ||
    child.type === "DoWhileStatement" ||
    child.type.startsWith("For") ||
    child.type === "SwitchStatement"
      ? // A break in there is of that one, unless it has a label.
        hasLabelledBreak(child)
      : breaksOut(child);
  return childrenOf(node).some(inner);
}

const hasLabelledBreak = (node: Node): boolean =>
  (node.type === "BreakStatement" && node.label != null) || childrenOf(node).some(hasLabelledBreak);

const isAlways = (test: Node | null | undefined): boolean =>
  test == null ||
  (test.type === "BooleanLiteral" && test.value) ||
  (test.type === "NumericLiteral" && test.value !== 0);

/** Whether what stands behind the statement can be reached through it. */
export function completes(statement: ast.Statement): boolean {
  switch (statement.type) {
    case "ReturnStatement":
    case "ThrowStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return false;
    case "BlockStatement":
      return statement.body.every(completes);
    case "IfStatement":
      return completes(statement.consequent) || !statement.alternate || completes(statement.alternate);
    case "WhileStatement":
      return !isAlways(statement.test) || breaksOut(statement.body);
    case "DoWhileStatement":
      return !isAlways(statement.test) || breaksOut(statement.body);
    case "ForStatement":
      return !isAlways(statement.test) || breaksOut(statement.body);
    case "LabeledStatement":
      return completes(statement.body) || hasLabelledBreak(statement.body);
    case "TryStatement":
      if (statement.finalizer && !completes(statement.finalizer)) return false;
      return completes(statement.block) || (statement.handler != null && completes(statement.handler.body));
    case "SwitchStatement": {
      const { cases } = statement;
      if (!cases.some(({ test }) => test == null)) return true;
      const last = cases.at(-1);
      return (last?.consequent.every(completes) ?? true) || cases.some((one) => one.consequent.some(breaksOut));
    }
    default:
      return true;
  }
}
