/** Fills in what a recipe that starts from a checkpoint does not say, where the default is another than for a new model. */
import { checkpointDefault, modelKind } from "./checkpoint-defaults";
import { properties, recipeJsonSchema, stageBranch, type JsonSchema } from "./json-schema";
import type { JsonPath } from "./positions";

/** A setting that a recipe does not write and gets for its checkpoint. */
export interface FilledSetting {
  readonly path: JsonPath;
  /** As people name it: `reasoning-rl.learning_rate`. */
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A recipe as it is written, with the defaults of its checkpoint, and which these are. Anything else comes back as it is. */
export function withCheckpointDefaults(recipe: unknown): {
  readonly recipe: unknown;
  readonly filled: readonly FilledSetting[];
} {
  const kind = modelKind(recipe);
  if (kind === "new" || !isFields(recipe)) return { recipe, filled: [] };
  const schema = recipeJsonSchema();
  const filled: FilledSetting[] = [];
  const fill = (part: Fields, rules: JsonSchema | undefined, path: JsonPath, at: string): Fields => {
    const added = Object.entries(rules ? properties(rules) : {}).flatMap(([name, field]) => {
      const own = name in part ? null : checkpointDefault(field);
      if (!own) return [];
      const value = (own.largestOfStages ? largestOf(filledStages, name) : null) ?? own[kind];
      filled.push({ path: [...path, name], name: `${at}.${name}`, value, source: own.source });
      return [[name, value] as const];
    });
    return { ...part, ...Object.fromEntries(added) };
  };
  const stages = recipe["stages"];
  const evaluation = recipe["evaluation"] ?? {};
  const filledStages: unknown[] = [];
  for (const [index, stage] of (Array.isArray(stages) ? stages : []).entries()) {
    if (!isFields(stage)) filledStages.push(stage);
    else {
      const { kind, name = kind } = stage;
      filledStages.push(fill(stage, stageBranch(kind), ["stages", index], String(name)));
    }
  }
  const made = {
    ...recipe,
    ...(Array.isArray(stages) && { stages: filledStages }),
    ...(isFields(evaluation) && {
      evaluation: fill(evaluation, properties(schema)["evaluation"], ["evaluation"], "evaluation"),
    }),
  };
  return { recipe: made, filled };
}

/** The largest number that one of the stages has of a field; null: none has it. */
function largestOf(stages: readonly unknown[], name: string): number | null {
  const values = stages.flatMap((stage) => {
    const value = isFields(stage) ? stage[name] : undefined;
    return typeof value === "number" ? [value] : [];
  });
  return values.length === 0 ? null : Math.max(...values);
}

const valueAt = (recipe: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>(
    (value, part) => (isFields(value) || Array.isArray(value) ? (value as Fields)[part] : undefined),
    recipe,
  );

/** Those that a recipe still has, after what was changed in it. */
export const stillFilled = (recipe: unknown, filled: readonly FilledSetting[]): FilledSetting[] =>
  filled.filter(({ path, value }) => valueAt(recipe, path) === value);

/** Those of a stage, and for the first that is run also those of the recipe. */
export const filledOf = (filled: readonly FilledSetting[], stage: number, first: boolean): FilledSetting[] =>
  filled.filter(({ path }) => (path[0] === "stages" ? path[1] === stage : first));

/** What was set, and where the values are from. */
export const filledText = (filled: readonly FilledSetting[]): string =>
  `Set as suits a checkpoint, where the recipe says nothing: ${filled
    .map(({ name, value, source }) => `${name} ${JSON.stringify(value)} (${source})`)
    .join(", ")}.`;
