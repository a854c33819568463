/** What an editor says at a place in a recipe: hovers and completions, without knowing any editor. */
import { findNodeAtLocation, getLocation, type Node } from "jsonc-parser";
import { properties, schemasAt, type JsonSchema } from "./json-schema";
import { pathText, rangeAt, type JsonPath, type TextRange } from "./positions";
import { recipeTree, shallowPart } from "./recipe-tree";

export interface Hover extends TextRange {
  readonly markdown: string;
}

export interface Completion {
  readonly kind: "key" | "value";
  readonly label: string;
  /** What replaces the range; JSON, quotes included. */
  readonly insert: string;
  /** A short remark beside the label: the default, say. */
  readonly detail: string;
  readonly documentation: string;
  /** What is replaced. */
  readonly range: TextRange;
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const type = schema.type === "integer" ? "whole number" : String(schema.type ?? "value");
  const bounds = [
    schema.minimum === undefined ? [] : [`≥ ${schema.minimum}`],
    schema.exclusiveMinimum === undefined ? [] : [`> ${schema.exclusiveMinimum}`],
    schema.maximum === undefined || schema.maximum >= 2 ** 31 - 1 ? [] : [`≤ ${schema.maximum}`],
  ].flat();
  return bounds.length > 0 ? `${type} ${bounds.join(", ")}` : type;
}

function documentation(schemas: readonly JsonSchema[]): string {
  const texts = schemas.map(({ description }) => description ?? "").filter((text) => text !== "");
  return [...new Set(texts)].join("\n\n");
}

const defaultText = (schema: JsonSchema) => (schema.default === undefined ? "" : JSON.stringify(schema.default));

/** What settings mean, by their places in a recipe: the first line of each. */
export function settingMeanings(recipe: unknown, places: readonly JsonPath[]): string[] {
  const tree = recipeTree(JSON.stringify(recipe));
  return places.map((path) => documentation(schemasAt(tree, path)).split("\n")[0] ?? "");
}

/** What the key or value at an offset means, or null where there is nothing to say. `root`: schema of the text, a recipe's where it is unset. */
export function hoverAt(text: string, offset: number, root?: JsonSchema): Hover | null {
  const tree = recipeTree(text);
  if (!tree) return null;
  const { path } = getLocation(shallowPart(text), offset);
  const node = findNodeAtLocation(tree, path);
  const schemas = schemasAt(tree, path, root);
  const schema = schemas[0];
  if (!node || !schema) return null;
  const shown = node.parent?.type === "property" ? node.parent.children![0]! : node;
  const isKey = offset <= shown.offset + shown.length;
  if (!isKey && (node.type === "object" || node.type === "array")) return null;
  const at = isKey ? shown : node;
  const facts = [
    schemas.length === 1 ? typeText(schema) : "",
    defaultText(schema) ? `default ${defaultText(schema)}` : "",
  ];
  const line = facts.filter((fact) => fact !== "").join(", ");
  return {
    ...rangeAt(text, at.offset, at.length),
    markdown: [`**${pathText(path)}**`, documentation(schemas), line === "" ? "" : `\`${line}\``]
      .filter((part) => part !== "")
      .join("\n\n"),
  };
}

/** Text that a new key starts with: its default, its only value, or an empty one of its type. */
function startValue(schema: JsonSchema): string {
  const value = schema.default ?? schema.const ?? schema.enum?.[0];
  if (value !== undefined) return JSON.stringify(value);
  switch (schema.type) {
    case "string":
      return '""';
    case "array":
      return "[]";
    case "object":
      return "{}";
    case "boolean":
      return "false";
    default:
      return (schema.anyOf ?? schema.oneOf) ? "{}" : "0";
  }
}

function usedKeys(tree: Node | undefined, path: JsonPath): string[] {
  const node = tree && findNodeAtLocation(tree, [...path]);
  return (node?.children ?? []).map((property) => String(property.children?.[0]?.value));
}

/** Further values that only the surroundings know, by path: reward references, names of stages. */
export type KnownValues = (path: JsonPath) => readonly string[];

/** Names of the stages before the one whose `from` is completed. */
export function earlierStages(text: string, path: JsonPath): string[] {
  const [first, index, key] = path;
  if (first !== "stages" || typeof index !== "number" || key !== "from") return [];
  const tree = recipeTree(text);
  return Array.from({ length: index }, (_, before) => {
    const value = (name: string): unknown => tree && findNodeAtLocation(tree, ["stages", before, name])?.value;
    return value("name") ?? value("kind");
  }).filter((name) => typeof name === "string");
}

/** Keys and values that fit at an offset. `root`: schema of the text, a recipe's where it is unset. */
export function completeAt(
  text: string,
  offset: number,
  known: KnownValues = () => [],
  root?: JsonSchema,
): Completion[] {
  const tree = recipeTree(text);
  const location = getLocation(shallowPart(text), offset);
  const { previousNode } = location;
  const inside = previousNode && previousNode.offset <= offset && offset <= previousNode.offset + previousNode.length;
  const range = inside ? rangeAt(text, previousNode.offset, previousNode.length) : rangeAt(text, offset, 0);
  if (location.isAtPropertyKey) {
    const path = location.path.slice(0, -1);
    const current = location.path.at(-1);
    const used = usedKeys(tree, path).filter((name) => !inside || name !== current);
    const hasColon = inside && /^\s*:/.test(text.slice(range.offset + range.length));
    const keys = new Map<string, JsonSchema>();
    for (const schema of schemasAt(tree, path, root))
      for (const [name, property] of Object.entries(properties(schema)))
        if (!used.includes(name)) keys.set(name, property);
    return [...keys].map(([name, schema]) => ({
      kind: "key",
      label: name,
      insert: hasColon ? JSON.stringify(name) : `${JSON.stringify(name)}: ${startValue(schema)}`,
      detail: defaultText(schema) ? `default ${defaultText(schema)}` : typeText(schema),
      documentation: documentation([schema]),
      range,
    }));
  }
  const value = (json: string, schema: JsonSchema | null): Completion => ({
    kind: "value",
    label: json,
    insert: json,
    detail: schema && defaultText(schema) === json ? "default" : "",
    documentation: schema ? documentation([schema]) : "",
    range,
  });
  const fromSchema = schemasAt(tree, location.path, root).flatMap((schema) => {
    const values =
      schema.const !== undefined ? [schema.const] : (schema.enum ?? (schema.type === "boolean" ? [true, false] : []));
    const all = values.length === 0 && schema.default !== undefined ? [schema.default] : values;
    return all.map((each) => value(JSON.stringify(each), schema));
  });
  // The branch of a union that the text already names hides the others, and they are what one may want here.
  const discriminator = location.path.at(-1);
  const union =
    discriminator === "kind" || discriminator === "name"
      ? siblingsOf(location.path.slice(0, -1), discriminator, root)
      : [];
  const others = [...earlierStages(text, location.path), ...known(location.path)].map((each) =>
    value(JSON.stringify(each), null),
  );
  const items = [...fromSchema, ...union.map((schema) => value(JSON.stringify(schema.const), schema)), ...others];
  return items.filter((item, index) => items.findIndex(({ label }) => label === item.label) === index);
}

/** Schemas of the discriminator in every branch of the union at a path. */
function siblingsOf(path: JsonPath, discriminator: string, root?: JsonSchema): JsonSchema[] {
  return schemasAt(undefined, path, root).flatMap((schema) => {
    const property = properties(schema)[discriminator];
    return property?.const === undefined ? [] : [property];
  });
}
