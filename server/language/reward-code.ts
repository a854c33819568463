/** What stands at a place of a reward file: a name of a reward's input, or a column of the row. */
import { parse } from "@babel/parser";
import type * as ast from "@babel/types";

/** Names of what a reward is given, by which of its values an example is of. */
const inputs = {
  prompt: "prompt",
  completion: "completion",
  completions: "completion",
  answer: "answer",
  answers: "answer",
} as const;

export type InputAt =
  | {
      readonly kind: "input";
      readonly value: "prompt" | "completion" | "answer";
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: "column"; readonly name: string; readonly start: number; readonly end: number };

/** Characters that are parsed for a hover. */
const longest = 200_000;

const isNode = (value: unknown): value is ast.Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value;

/** Nodes around a place, the outermost first. */
function around(root: ast.Node, offset: number): ast.Node[] {
  const path: ast.Node[] = [];
  let node: ast.Node | undefined = root;
  while (node) {
    path.push(node);
    const children: unknown[] = Object.entries(node).flatMap(([key, value]: [string, unknown]): unknown[] =>
      key === "loc" || key.endsWith("Comments") ? [] : Array.isArray(value) ? (value as unknown[]) : [value],
    );
    node = children.filter(isNode).find(({ start, end }) => (start ?? 0) <= offset && offset < (end ?? 0));
  }
  return path;
}

/** Whether a name is one of a reward's input there: taken out of the parameter, or asked of it. */
const takenNames = (path: readonly ast.Node[]): ReadonlySet<string> =>
  new Set(
    path.flatMap((node) => {
      if (
        node.type !== "ArrowFunctionExpression" &&
        node.type !== "FunctionExpression" &&
        node.type !== "FunctionDeclaration"
      )
        return [];
      const [first] = node.params;
      if (first?.type === "Identifier") return [first.name];
      if (first?.type !== "ObjectPattern") return [];
      return first.properties.flatMap((property) =>
        property.type === "ObjectProperty" && property.key.type === "Identifier" ? [property.key.name] : [],
      );
    }),
  );

const isRow = (node: ast.Node): boolean =>
  (node.type === "Identifier" && node.name === "row") ||
  (node.type === "MemberExpression" &&
    !node.computed &&
    node.property.type === "Identifier" &&
    node.property.name === "row") ||
  (node.type === "MemberExpression" &&
    node.computed &&
    node.object.type === "Identifier" &&
    node.object.name === "rows") ||
  (node.type === "TSNonNullExpression" && isRow(node.expression));

/** Null: nothing that a reward is given stands there, or the file cannot be parsed. */
export function inputAt(source: string, offset: number): InputAt | null {
  if (source.length > longest) return null;
  let path: ast.Node[];
  try {
    const file = parse(source, { sourceType: "module", plugins: ["typescript"], errorRecovery: true });
    path = around(file.program, offset);
  } catch {
    return null;
  }
  const at = path.at(-1);
  const parent = path.at(-2);
  if (!at) return null;
  const stretch = { start: at.start ?? 0, end: at.end ?? 0 };
  if (parent?.type === "MemberExpression" && parent.property === at && isRow(parent.object)) {
    if (at.type === "StringLiteral") return { kind: "column", name: at.value, ...stretch };
    if (at.type === "Identifier" && !parent.computed) return { kind: "column", name: at.name, ...stretch };
  }
  if (at.type !== "Identifier" || !Object.hasOwn(inputs, at.name)) return null;
  const value = inputs[at.name as keyof typeof inputs];
  const end = stretch.start + at.name.length;
  const names = takenNames(path);
  // A key of some object has only the same name; the parameter's own keys are what they say.
  if (
    parent?.type === "ObjectProperty" &&
    parent.key === at &&
    !parent.shorthand &&
    path.at(-3)?.type === "ObjectExpression"
  )
    return null;
  if (parent?.type === "MemberExpression" && parent.property === at) {
    const { object } = parent;
    return object.type === "Identifier" && names.has(object.name) && !Object.hasOwn(inputs, object.name)
      ? { kind: "input", value, start: stretch.start, end }
      : null;
  }
  return names.has(at.name) ? { kind: "input", value, start: stretch.start, end } : null;
}

/** What is typed behind `row.` or within `row["` before a place; null: something else is typed there. */
export function columnTypedAt(
  source: string,
  offset: number,
): { readonly typed: string; readonly quoted: boolean } | null {
  const line = source.slice(source.lastIndexOf("\n", offset - 1) + 1, offset);
  const dotted = /\brows?(?:\[[^\]]*\])?!?\??\.([\w$]*)$/.exec(line);
  if (dotted && /\brow!?\??\.[\w$]*$|\brows\[[^\]]*\]!?\??\.[\w$]*$/.test(line))
    return { typed: dotted[1]!, quoted: false };
  const quoted = /(?:\brow!?(?:\?\.)?|\brows\[[^\]]*\]!?(?:\?\.)?)\["([^"\n]*)$/.exec(line);
  return quoted ? { typed: quoted[1]!, quoted: true } : null;
}
