/** Places in a recipe's text, and paths into its values. */
import { findNodeAtLocation, type Node } from "jsonc-parser";

export type JsonPath = readonly (string | number)[];

/** A stretch of text: offsets for programs, line and column (from 1) for people. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

export function rangeAt(text: string, offset: number, length: number): TextRange {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { offset, length, line: before.split("\n").length, column: offset - lineStart + 1 };
}

const key = (node: Node): Node => (node.parent?.type === "property" ? node.parent.children![0]! : node);

/** Node at a path or, where the text has none, the nearest one around it. */
export function nearestNode(tree: Node, path: JsonPath): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return length === path.length ? node : key(node);
  }
  return tree;
}

/**
 * Where to point for a path: at its value; at the key instead when the value is an object or an array, which may be long; for a value
 * that is not there at the key of what should hold it, or at its opening bracket.
 */
export function rangeOf(text: string, tree: Node, path: JsonPath, what: "value" | "key" = "value"): TextRange {
  const node = nearestNode(tree, path);
  const structured = node.type === "object" || node.type === "array";
  const shown = what === "key" || structured ? key(node) : node;
  const bracket = shown.type === "object" || shown.type === "array";
  return rangeAt(text, shown.offset, bracket ? 1 : shown.length);
}

/** A path as people read it: `stages[1].learning_rate`. */
export function pathText(path: JsonPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
