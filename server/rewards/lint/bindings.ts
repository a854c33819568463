/** What a name means where it stands: the scopes of a file. */
import type * as ast from "@babel/types";
import { isFunction, type FunctionNode, type Node, type Syntax } from "./syntax";

export interface Binding {
  readonly name: string;
  readonly identifier: ast.Identifier;
  readonly kind: "variable" | "parameter" | "function" | "import" | "caught" | "other";
  /** Of a variable its value as declared; of a function itself. Null: it has none, or is a part of a pattern. */
  readonly value: Node | null;
  /** Of a name in a pattern: keys from the whole down, `["answer"]` of `{ answer }`; null: through a list or what cannot be told. */
  readonly path: readonly string[] | null;
  /** Of a name in a pattern: what the pattern takes apart; a function's parameter has null. */
  readonly from: Node | null;
  /** Of a parameter: the function, and which of its parameters. */
  readonly parameter: { readonly of: FunctionNode; readonly index: number } | null;
  /** Of an import: what it is called where it comes from, and from where. */
  readonly imported: { readonly name: string; readonly source: string } | null;
  /** Default in a pattern: `{ answer = "" }`. */
  readonly otherwise: Node | null;
}

export interface Bindings {
  readonly of: (identifier: ast.Identifier) => Binding | null;
  /** Values that are given to a variable after it is declared. */
  readonly assigned: (binding: Binding) => readonly Node[];
}

type Part = Pick<Binding, "identifier" | "path" | "otherwise">;

function keyOf(property: ast.ObjectProperty): string | null {
  if (property.key.type === "Identifier" && !property.computed) return property.key.name;
  return property.key.type === "StringLiteral" ? property.key.value : null;
}

/** Names that a pattern gives. */
function partsOf(pattern: Node, path: readonly string[] | null = [], otherwise: Node | null = null): Part[] {
  switch (pattern.type) {
    case "Identifier":
      return [{ identifier: pattern, path, otherwise }];
    case "AssignmentPattern":
      return partsOf(pattern.left, path, pattern.right);
    case "RestElement":
      return partsOf(pattern.argument, null);
    case "ArrayPattern":
      return pattern.elements.flatMap((element, index) =>
        element === null ? [] : partsOf(element, path === null ? null : [...path, String(index)]),
      );
    case "ObjectPattern":
      return pattern.properties.flatMap((property) => {
        if (property.type === "RestElement") return partsOf(property.argument, null);
        const key = keyOf(property);
        return partsOf(property.value, path === null || key === null ? null : [...path, key]);
      });
    case "TSParameterProperty":
      return partsOf(pattern.parameter, path);
    default:
      return [];
  }
}

const none = { value: null, path: null, from: null, parameter: null, imported: null, otherwise: null } as const;

function declaredBy(node: Node): Binding[] {
  switch (node.type) {
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id, init }) =>
        partsOf(id).map((part): Binding => {
          const whole = id.type === "Identifier";
          return {
            ...none,
            ...part,
            name: part.identifier.name,
            kind: "variable",
            value: whole ? (init ?? null) : null,
            from: whole ? null : (init ?? null),
          };
        }),
      );
    case "FunctionDeclaration":
      return node.id ? [{ ...none, name: node.id.name, identifier: node.id, kind: "function", value: node }] : [];
    case "ClassDeclaration":
      return node.id ? [{ ...none, name: node.id.name, identifier: node.id, kind: "other" }] : [];
    case "TSEnumDeclaration":
      return [{ ...none, name: node.id.name, identifier: node.id, kind: "other" }];
    case "ImportDeclaration":
      return node.specifiers.map((specifier): Binding => {
        const name =
          specifier.type === "ImportSpecifier"
            ? specifier.imported.type === "Identifier"
              ? specifier.imported.name
              : specifier.imported.value
            : specifier.type === "ImportDefaultSpecifier"
              ? "default"
              : "*";
        const imported = { name, source: node.source.value };
        return { ...none, name: specifier.local.name, identifier: specifier.local, kind: "import", imported };
      });
    case "ExportNamedDeclaration":
      return node.declaration ? declaredBy(node.declaration) : [];
    default:
      return [];
  }
}

function parametersOf(node: FunctionNode): Binding[] {
  return node.params.flatMap((parameter, index) =>
    partsOf(parameter).map((part): Binding => ({
      ...none,
      ...part,
      name: part.identifier.name,
      kind: "parameter",
      parameter: { of: node, index },
    })),
  );
}

/** What a node declares for the code within it. */
function scopeOf(node: Node): Binding[] {
  if (node.type === "Program" || node.type === "BlockStatement") return node.body.flatMap(declaredBy);
  if (isFunction(node)) return parametersOf(node);
  if (node.type === "ForStatement") return node.init ? declaredBy(node.init) : [];
  if (node.type === "ForOfStatement" || node.type === "ForInStatement")
    return node.left.type === "VariableDeclaration"
      ? declaredBy(node.left).map((binding) => ({ ...binding, value: null, from: node.right, path: null }))
      : [];
  if (node.type === "SwitchStatement") return node.cases.flatMap(({ consequent }) => consequent.flatMap(declaredBy));
  if (node.type === "CatchClause" && node.param)
    return partsOf(node.param).map((part) => ({
      ...none,
      ...part,
      name: part.identifier.name,
      kind: "caught",
    }));
  return [];
}

export function readBindings(syntax: Syntax): Bindings {
  const scopes = new WeakMap<Node, ReadonlyMap<string, Binding>>();
  const scope = (node: Node): ReadonlyMap<string, Binding> => {
    const known = scopes.get(node);
    if (known) return known;
    const made = new Map(scopeOf(node).map((binding) => [binding.name, binding]));
    scopes.set(node, made);
    return made;
  };
  const find = (identifier: ast.Identifier): Binding | null => {
    for (let at: Node | null = identifier; at !== null; at = syntax.parentOf(at)) {
      const found = scope(at).get(identifier.name);
      if (found) return found;
    }
    return null;
  };
  let assignments: Map<ast.Identifier, Node[]> | null = null;
  const allAssigned = (): Map<ast.Identifier, Node[]> => {
    const made = new Map<ast.Identifier, Node[]>();
    for (const node of syntax.nodes) {
      if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier") continue;
      const binding = find(node.left);
      if (binding) made.set(binding.identifier, [...(made.get(binding.identifier) ?? []), node]);
    }
    return made;
  };
  return { of: find, assigned: (binding) => (assignments ??= allAssigned()).get(binding.identifier) ?? [] };
}
