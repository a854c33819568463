/** A reward file as a tree in which each node knows its parent. Nothing is executed. */
import { parse } from "@babel/parser";
import type * as ast from "@babel/types";
import { parserOptions } from "../discover";

export type Node = ast.Node;
export type FunctionNode =
  ast.FunctionDeclaration | ast.FunctionExpression | ast.ArrowFunctionExpression | ast.ObjectMethod | ast.ClassMethod;

export interface Syntax {
  readonly source: string;
  readonly program: ast.Program;
  readonly comments: readonly ast.Comment[];
  readonly parentOf: (node: Node) => Node | null;
  /** Every node, parents first. */
  readonly nodes: readonly Node[];
}

const notChildren = new Set(["loc", "extra", "leadingComments", "trailingComments", "innerComments", "errors"]);

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Nodes directly below one, in their order. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (notChildren.has(key)) continue;
    if (Array.isArray(value)) found.push(...value.filter(isNode));
    else if (isNode(value)) found.push(value);
  }
  return found;
}

/** Null: the file cannot be parsed, which `discoverRewards` tells. */
export function readSyntax(source: string): Syntax | null {
  let file: ReturnType<typeof parse>;
  try {
    file = parse(source, parserOptions);
  } catch {
    return null;
  }
  if (file.errors.length > 0) return null;
  const parents = new WeakMap<Node, Node>();
  const nodes: Node[] = [];
  const waiting: Node[] = [file.program];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    nodes.push(node);
    const children = childrenOf(node);
    for (const child of children) parents.set(child, node);
    waiting.push(...children.reverse());
  }
  return {
    source,
    program: file.program,
    comments: file.comments ?? [],
    parentOf: (node) => parents.get(node) ?? null,
    nodes,
  };
}

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression" ||
  node.type === "ObjectMethod" ||
  node.type === "ClassMethod";

/** Nodes of a function's own code: those of functions within it are left out. */
export function ownNodes(node: Node): Node[] {
  const found: Node[] = [];
  const visit = (inner: Node): void => {
    found.push(inner);
    for (const child of childrenOf(inner)) if (!isFunction(child)) visit(child);
  };
  for (const child of childrenOf(node)) if (!isFunction(child)) visit(child);
  return found;
}

/** All nodes below one, itself included. */
export function allNodes(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(allNodes)];
}

/** Innermost function around a node; null: it stands in the module. */
export function functionAround(syntax: Syntax, node: Node): FunctionNode | null {
  for (let at = syntax.parentOf(node); at !== null; at = syntax.parentOf(at)) if (isFunction(at)) return at;
  return null;
}

/** An expression without what only says types, awaits or groups. */
export function plain(node: Node): Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return plain(node.expression);
    case "AwaitExpression":
      return plain(node.argument);
    default:
      return node;
  }
}

/** `Math.random` of `Math.random()`, `fetch` of `fetch(…)`; null where it is not a name with dots. */
export function calledName(node: Node): string | null {
  return node.type === "CallExpression" || node.type === "OptionalCallExpression" || node.type === "NewExpression"
    ? dottedName(node.callee)
    : null;
}

export function dottedName(node: Node): string | null {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" || node.type === "OptionalMemberExpression") {
    const object = dottedName(node.object);
    const property = propertyName(node);
    return object === null || property === null ? null : `${object}.${property}`;
  }
  return null;
}

/** Name of the property that a member expression reads; null where it is made at run time. */
export function propertyName(node: ast.MemberExpression | ast.OptionalMemberExpression): string | null {
  if (!node.computed) return node.property.type === "Identifier" ? node.property.name : null;
  if (node.property.type === "StringLiteral") return node.property.value;
  return node.property.type === "NumericLiteral" ? String(node.property.value) : null;
}

/** The object and the name of a method call, `text.includes(…)`; null where it is none. */
export function methodCall(
  node: Node,
): { readonly object: Node; readonly name: string; readonly arguments: readonly Node[] } | null {
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return null;
  const { callee } = node;
  if (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") return null;
  const name = propertyName(callee);
  return name === null ? null : { object: callee.object, name, arguments: node.arguments };
}

export const textOf = ({ source }: Syntax, node: Node): string => source.slice(node.start ?? 0, node.end ?? 0);
