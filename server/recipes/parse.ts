/** From a recipe's text to a recipe, or to problems at their places. Never throws. */
import { getNodeValue, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type * as z from "zod";
import { checkRecipe } from "./check";
import type { Surroundings } from "./surroundings";
import { suggestion } from "./did-you-mean";
import { withCheckpointDefaults, type FilledSetting } from "./fill-defaults";
import { placesOf, properties, schemasAt } from "./json-schema";
import { counterpart } from "./other-names";
import { nearestNode, pathText, rangeAt, rangeOf, type JsonPath, type TextRange } from "./positions";
import { withPresets } from "./presets";
import { beyondRecipe, recipeTree } from "./recipe-tree";
import { recipeSchema, type Recipe } from "./schema";

export interface RecipeProblem extends TextRange {
  readonly severity: "error" | "warning";
  /** What is wrong and what to do, for people. */
  readonly message: string;
  readonly path: JsonPath;
  /** As of a finding. */
  readonly missingModel?: string;
}

export interface ParsedRecipe {
  /** Every default filled in; null when there is an error. */
  readonly recipe: Recipe | null;
  readonly problems: readonly RecipeProblem[];
  /** Defaults that it has for its checkpoint. */
  readonly filled: readonly FilledSetting[];
  /** Undefined for an empty text. */
  readonly tree: Node | undefined;
}

const syntax: Readonly<Record<string, string>> = {
  CommaExpected: "A comma is missing here.",
  ColonExpected: "A colon is missing here.",
  PropertyNameExpected: 'A key in double quotes is expected here, or "}".',
  ValueExpected: "A value is missing here.",
  CloseBraceExpected: 'A closing "}" is missing.',
  CloseBracketExpected: 'A closing "]" is missing.',
  InvalidSymbol: "This is not a number, a string in double quotes, true, false or null.",
  UnexpectedEndOfString: "The string is not closed with a double quote.",
  EndOfFileExpected: "The recipe ends before this; remove what follows.",
};

/** Problems that are shown: each takes a look at all of the text. */
const mostProblems = 100;

/** Issues of the branch of a union that the value is meant to be. */
function unfold(issue: z.core.$ZodIssue, value: unknown): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  // `model`: a checkpoint where the key stands, else a new model.
  const branch = typeof value === "object" && value !== null && "checkpoint" in value ? 0 : issue.errors.length - 1;
  return (issue.errors[branch] ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function describeIssue(issue: z.core.$ZodIssue, path: JsonPath, tree: Node): string {
  const name = path.length === 0 ? "The recipe" : `"${pathText(path)}"`;
  const node = nearestNode(tree, path);
  const raw: unknown = getNodeValue(node);
  const got =
    typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean"
      ? `, not ${JSON.stringify(raw)}`
      : "";
  switch (issue.code) {
    case "too_small":
      return issue.origin === "array"
        ? `${name} needs at least ${String(issue.minimum)} entry.`
        : `${name} must be ${issue.inclusive === false ? "more than" : "at least"} ${String(issue.minimum)}${got}.`;
    case "too_big":
      return `${name} must be ${issue.inclusive === false ? "less than" : "at most"} ${String(issue.maximum)}${got}.`;
    case "invalid_value":
      return `${name} must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}${got}.${
        typeof raw === "string"
          ? suggestion(
              raw,
              issue.values.filter((value) => typeof value === "string"),
            )
          : ""
      }`;
    case "invalid_type":
      return `${name} must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}${got}.`;
    default:
      return `${name}: ${issue.message}${got}.`;
  }
}

const shortName = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name);

/** What stands for an unknown key: a name of another tool, a setting of another part of the recipe, or a slip of the pen. */
function adviceFor(name: string, free: readonly string[]): string {
  const elsewhere = placesOf(name);
  const here = counterpart(name);
  if (here !== null) return ` Here: ${here}`;
  if (elsewhere.length > 0) return ` It is a setting of ${elsewhere.join(", ")}.`;
  return suggestion(name, free);
}

function issueProblems(text: string, tree: Node, issue: z.core.$ZodIssue): RecipeProblem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const known = schemasAt(tree, path).flatMap((schema) => Object.keys(properties(schema)));
  const at = (message: string, place: JsonPath, what: "value" | "key" = "value"): RecipeProblem => ({
    severity: "error",
    message,
    path: place,
    ...rangeOf(text, tree, place, what),
  });
  if (issue.code === "unrecognized_keys") {
    const node = nearestNode(tree, path);
    const used = (node.children ?? []).map((property) => String(property.children?.[0]?.value));
    const free = known.filter((name) => !used.includes(name) && name !== "$schema");
    return issue.keys
      .slice(0, mostProblems)
      .map((name) =>
        at(
          `Unknown key "${shortName(name)}"${path.length > 0 ? ` in "${pathText(path)}"` : ""}.${adviceFor(name, free)}`,
          [...path, name],
          "key",
        ),
      );
  }
  if (issue.code === "invalid_union") {
    const discriminator = issue.path[0] === "task" || issue.path[0] === "general_task" ? "name" : "kind";
    const options = schemasAt(tree, issue.path.at(-1) === discriminator ? path.slice(0, -1) : path).flatMap(
      (schema) => {
        const value = properties(schema)[discriminator]?.const;
        return typeof value === "string" ? [value] : [];
      },
    );
    const place = path.at(-1) === discriminator ? path : [...path, discriminator];
    const node = nearestNode(tree, place);
    const value: unknown = getNodeValue(node);
    return [
      typeof value === "string"
        ? at(`There is no ${pathText(place)} "${value}".${suggestion(value, options)}`, place)
        : at(`"${pathText(place)}" is missing. It can be ${options.join(", ")}.`, place),
    ];
  }
  const parent = nearestNode(tree, path.slice(0, -1));
  const name = path.at(-1);
  const missing =
    typeof name === "string" &&
    parent.type === "object" &&
    !parent.children?.some((property) => property.children?.[0]?.value === name);
  if (missing) return [at(`"${pathText(path)}" is missing.`, path)];
  return [at(describeIssue(issue, path, tree), path)];
}

/** Parses and checks a recipe. Without `surroundings` nothing outside the text (reward files, checkpoints) is looked at. */
export function parseRecipe(text: string, surroundings: Surroundings | null = null): ParsedRecipe {
  const errors: ParseError[] = [];
  const tree = recipeTree(text, errors);
  const beyond = beyondRecipe(text);
  if (beyond !== null) {
    const { offset, message } = beyond;
    const problem = { severity: "error", message, path: [], ...rangeAt(text, offset, 1) } as const;
    return { recipe: null, problems: [problem], filled: [], tree };
  }
  const problems: RecipeProblem[] = errors.slice(0, mostProblems).map(({ error, offset, length }) => {
    const code = printParseErrorCode(error);
    return {
      severity: "error",
      message: syntax[code] ?? `Not JSON: ${code}.`,
      path: [],
      ...rangeAt(text, offset, Math.max(1, length)),
    };
  });
  if (!tree) {
    if (problems.length === 0)
      problems.push({ severity: "error", message: "The recipe is empty.", path: [], ...rangeAt(text, 0, 1) });
    return { recipe: null, problems, filled: [], tree };
  }
  if (problems.length > 0) return { recipe: null, problems, filled: [], tree };
  const { recipe: written, filled } = withCheckpointDefaults(getNodeValue(tree));
  // Presets go by what is set, a length for one.
  const parsed = recipeSchema.safeParse(withPresets(written));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      if (problems.length >= mostProblems) break;
      const value: unknown = getNodeValue(
        nearestNode(
          tree,
          issue.path.map((part) => (typeof part === "symbol" ? String(part) : part)),
        ),
      );
      for (const inner of unfold(issue, value)) problems.push(...issueProblems(text, tree, inner));
    }
    return { recipe: null, problems, filled: [], tree };
  }
  for (const { place, ...finding } of checkRecipe(parsed.data, surroundings))
    problems.push({ ...finding, ...rangeOf(text, tree, finding.path, place ?? "value") });
  const failed = problems.some(({ severity }) => severity === "error");
  return { recipe: failed ? null : parsed.data, problems, filled: failed ? [] : filled, tree };
}
