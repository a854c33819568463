/** The JSON schema of a recipe, made from the zod schema, and the way from a value's path to the part of the schema that rules it. */
import { getNodeValue, type Node } from "jsonc-parser";
import * as z from "zod";
import { checkpointDefault, modelKind, type ModelKind } from "./checkpoint-defaults";
import type { JsonPath } from "./positions";
import { recipeSchema } from "./schema";

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const made = new Map<ModelKind, JsonSchema>();

/**
 * JSON schema of `*.lab.json` as people write it (defaults are optional), with the descriptions that editors show. `kind`: whose defaults it has; unset, those
 * of a new model.
 */
export function recipeJsonSchema(kind: ModelKind = "new"): JsonSchema {
  const known = made.get(kind);
  if (known) return known;
  const schema =
    kind === "new"
      ? { title: "Reasoning Lab recipe", ...z.toJSONSchema(recipeSchema, { io: "input", target: "draft-7" }) }
      : (withDefaultsOf(recipeJsonSchema(), kind) as JsonSchema);
  made.set(kind, schema);
  return schema;
}

/** A schema, or a part of one, with the defaults that fields have for a checkpoint. */
function withDefaultsOf(part: unknown, kind: "full" | "lora"): unknown {
  if (Array.isArray(part)) return part.map((one) => withDefaultsOf(one, kind));
  if (!isSchema(part)) return part;
  const own = checkpointDefault(part);
  if (own) return { ...part, default: own[kind] };
  const inner: JsonSchema = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withDefaultsOf(value, kind)]),
  );
  // What stands where nothing of an object is written is made of its fields' defaults.
  const whole: unknown = inner.default;
  if (!inner.properties || typeof whole !== "object" || whole === null) return inner;
  const changed = Object.entries(properties(inner)).flatMap(([name, field]) =>
    checkpointDefault(field) ? [[name, field.default] as const] : [],
  );
  return { ...inner, default: { ...whole, ...Object.fromEntries(changed) } };
}

const isSchema = (schema: unknown): schema is JsonSchema => typeof schema === "object" && schema !== null;

const alternatives = (schema: JsonSchema): JsonSchema[] =>
  (schema.anyOf ?? schema.oneOf ?? []).filter((branch) => isSchema(branch));

export const properties = (schema: JsonSchema): Readonly<Record<string, JsonSchema>> => {
  const entries = Object.entries(schema.properties ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])));
};

/** Branches of a union that a value is meant to be: those whose constants it carries, else those that share most of its keys. */
function meantBranches(schema: JsonSchema, value: unknown): JsonSchema[] {
  const branches = alternatives(schema);
  if (branches.length === 0) return [schema];
  if (typeof value !== "object" || value === null) return branches.flatMap((branch) => meantBranches(branch, value));
  const held = new Map(Object.entries(value));
  const byConstant = branches.filter((branch) => {
    const constants = Object.entries(properties(branch)).filter(([, property]) => property.const !== undefined);
    return constants.length > 0 && constants.every(([name, property]) => held.get(name) === property.const);
  });
  if (byConstant.length > 0) return byConstant;
  const shared = branches.map((branch) => Object.keys(properties(branch)).filter((name) => held.has(name)).length);
  const most = Math.max(...shared);
  return branches.filter((_, index) => shared[index] === most);
}

/**
 * Schemas that may rule the value at a path, given what the text holds so far; more than one while a union is undecided. `root`: of the whole text, a
 * recipe's, with the defaults of its model, where it is unset.
 */
export function schemasAt(tree: Node | undefined, path: JsonPath, root?: JsonSchema): JsonSchema[] {
  let value: unknown = tree ? getNodeValue(tree) : undefined;
  let schemas = meantBranches(root ?? recipeJsonSchema(modelKind(value)), value);
  for (const part of path) {
    value =
      typeof value === "object" && value !== null
        ? (Object.entries(value).find(([name]) => name === String(part))?.[1] as unknown)
        : undefined;
    schemas = schemas.flatMap((schema) => {
      const next = typeof part === "number" ? schema.items : properties(schema)[part];
      return isSchema(next) && !Array.isArray(next) ? meantBranches(next, value) : [];
    });
  }
  return schemas;
}

/** The schema of a kind of stage. */
export function stageBranch(kind: unknown): JsonSchema | undefined {
  const { items } = properties(recipeJsonSchema())["stages"] ?? {};
  return isSchema(items) ? alternatives(items).find((branch) => properties(branch)["kind"]?.const === kind) : undefined;
}

/** Parts of a recipe that have a setting of this name, in words: `"evaluation"`, `stages of the kind dpo`. */
export function placesOf(name: string): string[] {
  const recipe = recipeJsonSchema();
  const has = (schema: JsonSchema): boolean => name in properties(schema);
  const own = properties(recipe);
  const parts = ["model", "task", "evaluation"].filter((part) => {
    const schema = own[part];
    return schema !== undefined && [schema, ...alternatives(schema)].some(has);
  });
  const { items } = own["stages"] ?? {};
  const kinds = isSchema(items)
    ? alternatives(items).flatMap((branch) => (has(branch) ? [String(properties(branch)["kind"]?.const)] : []))
    : [];
  return [
    ...(has(recipe) ? ["the recipe itself"] : []),
    ...parts.map((part) => `"${part}"`),
    ...(kinds.length === 0 ? [] : [kinds.length > 4 ? "stages" : `stages of the kind ${kinds.join(", ")}`]),
  ];
}
