/** Finds the rewards of a reward file by reading it: nothing is executed. */
import { parse, type ParserOptions } from "@babel/parser";
import type * as ast from "@babel/types";
import { sizeText } from "../shared/size-text";
import { closedText, isBuiltin, isOpen, plainName } from "./builtins";

export interface RewardPlace {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly offset: number;
  readonly length: number;
}

export interface DiscoveredReward extends RewardPlace {
  readonly name: string;
  /** `group`: scores all samples of a group in one call. */
  readonly kind: "single" | "group";
}

export interface Discovery {
  readonly rewards: readonly DiscoveredReward[];
  /** Why the file cannot be used, as far as its own text says; `rewards` holds those found in spite of it. */
  readonly problems: readonly (RewardPlace & { readonly message: string })[];
}

/** Characters: an edit of a file parses all of it. */
const longestSource = 1_000_000;

export const parserOptions: ParserOptions = { sourceType: "module", plugins: ["typescript"], errorRecovery: true };
const inputs: Readonly<Record<string, DiscoveredReward["kind"]>> = {
  Reward: "single",
  RewardInput: "single",
  GroupReward: "group",
  GroupRewardInput: "group",
};

/** Kind that a type's name says, whatever it was renamed to by its import. */
function kindOfType(type: ast.Node | null | undefined, renamed: ReadonlyMap<string, string>) {
  if (type?.type === "TSTypeAnnotation") return kindOfType(type.typeAnnotation, renamed);
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return null;
  return inputs[renamed.get(type.typeName.name) ?? type.typeName.name] ?? null;
}

/** Kind of a function by its first parameter, or null when it is not a reward's: a reward takes one object. */
function kindOfParameter(parameters: readonly ast.Node[], renamed: ReadonlyMap<string, string>) {
  const [first] = parameters;
  if (parameters.length === 0) return "single";
  if (parameters.length !== 1 || (first?.type !== "ObjectPattern" && first?.type !== "Identifier")) return null;
  if (first.typeAnnotation) return kindOfType(first.typeAnnotation, renamed);
  if (first.type === "Identifier") return "single";
  const keys = first.properties.flatMap((property) =>
    property.type === "ObjectProperty" && property.key.type === "Identifier" ? [property.key.name] : [],
  );
  return keys.some((key) => ["completions", "answers", "rows"].includes(key)) ? "group" : "single";
}

function kindOfValue(
  value: ast.Node | null | undefined,
  renamed: ReadonlyMap<string, string>,
): DiscoveredReward["kind"] | null {
  switch (value?.type) {
    case "TSSatisfiesExpression":
    case "TSAsExpression":
      return kindOfType(value.typeAnnotation, renamed) ?? kindOfValue(value.expression, renamed);
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return kindOfParameter(value.params, renamed);
    default:
      return null;
  }
}

function placeOf(node: ast.Node): RewardPlace {
  const start = node.loc?.start;
  const offset = node.start ?? 0;
  const length = node.type === "Identifier" ? node.name.length : 1;
  return { line: start?.line ?? 1, column: (start?.column ?? 0) + 1, offset, length };
}

function declared(statement: ast.Node, renamed: ReadonlyMap<string, string>): DiscoveredReward[] {
  if (statement.type === "FunctionDeclaration" && statement.id) {
    const kind = kindOfParameter(statement.params, renamed);
    return kind ? [{ name: statement.id.name, kind, ...placeOf(statement.id) }] : [];
  }
  if (statement.type !== "VariableDeclaration") return [];
  return statement.declarations.flatMap(({ id, init }) => {
    if (id.type !== "Identifier") return [];
    const kind = id.typeAnnotation ? kindOfType(id.typeAnnotation, renamed) : kindOfValue(init, renamed);
    return kind ? [{ name: id.name, kind, ...placeOf(id) }] : [];
  });
}

/** Names under which types of `reasoning-lab` were imported, when the file renamed them. */
function renamedImports(body: readonly ast.Statement[]): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const statement of body)
    if (statement.type === "ImportDeclaration" && statement.source.value === "reasoning-lab")
      for (const specifier of statement.specifiers)
        if (specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier")
          renamed.set(specifier.local.name, specifier.imported.name);
  return renamed;
}

function syntaxProblem(error: unknown): Discovery["problems"][number] {
  const message = error instanceof Error ? error.message.replace(/\s*\(\d+:\d+\)\s*$/, "") : String(error);
  const holder: object = typeof error === "object" && error !== null ? error : {};
  const loc: unknown = "loc" in holder ? holder.loc : null;
  const number = (from: unknown, name: string): number => {
    const value: unknown =
      typeof from === "object" && from !== null ? Object.entries(from).find(([key]) => key === name)?.[1] : 0;
    return typeof value === "number" ? value : 0;
  };
  return {
    message,
    line: Math.max(1, number(loc, "line")),
    column: number(loc, "column") + 1,
    offset: number(holder, "pos") || number(loc, "index"),
    length: 1,
  };
}

/** Imports of modules of Node that a reward has not: bundling it would fail there. Those of types alone are gone by then. */
function closedImports(body: readonly ast.Statement[]): Discovery["problems"] {
  return body.flatMap((statement) => {
    const isImport = statement.type === "ImportDeclaration" && statement.importKind !== "type";
    const isExport =
      statement.type === "ExportAllDeclaration" ||
      (statement.type === "ExportNamedDeclaration" && statement.exportKind !== "type");
    const source = isImport || isExport ? statement.source : null;
    if (!source || !isBuiltin(source.value) || isOpen(plainName(source.value))) return [];
    const place = placeOf(source);
    return [{ ...place, length: source.value.length + 2, message: closedText(plainName(source.value)) }];
  });
}

const nameOf = (node: ast.Identifier | ast.StringLiteral) => (node.type === "Identifier" ? node.name : node.value);

/** Exported rewards of a reward file, in their order, with what kind they are by their annotation or else by their shape. */
export function discoverRewards(source: string): Discovery {
  if (source.length > longestSource) {
    const message = `This file is larger than ${sizeText(longestSource)}, which no reward is: it is not read. Put data into the rows of a data set.`;
    return { rewards: [], problems: [{ message, line: 1, column: 1, offset: 0, length: 1 }] };
  }
  let file: ReturnType<typeof parse>;
  try {
    file = parse(source, parserOptions);
  } catch (error) {
    return { rewards: [], problems: [syntaxProblem(error)] };
  }
  const { body } = file.program;
  const renamed = renamedImports(body);
  const local = new Map(
    body.flatMap((statement) => declared(statement, renamed)).map((reward) => [reward.name, reward]),
  );
  const rewards = body.flatMap((statement): DiscoveredReward[] => {
    if (statement.type !== "ExportNamedDeclaration") return [];
    if (statement.declaration) return declared(statement.declaration, renamed);
    if (statement.source) return [];
    return statement.specifiers.flatMap((specifier) => {
      if (specifier.type !== "ExportSpecifier") return [];
      const found = local.get(nameOf(specifier.local));
      return found ? [{ ...found, name: nameOf(specifier.exported) }] : [];
    });
  });
  return { rewards, problems: [...file.errors.map(syntaxProblem), ...closedImports(body)] };
}
