/**
 * Defaults that suit a model of a million parameters are wrong for a checkpoint: a field that has two says both in its schema, and a recipe that starts from a
 * checkpoint gets the one that is meant for it.
 */
import * as z from "zod";

/** Which default of a field a recipe gets: of a new model, of a checkpoint that is trained whole, of an adapter beside one. */
export type ModelKind = "new" | "full" | "lora";

const checkpointDefaultSchema = z.object({
  full: z.unknown(),
  lora: z.unknown(),
  /** Where the values are from, in a few words. */
  source: z.string(),
  /** The value is the largest that a stage of the recipe has of its field of the same name, where one has it. */
  largestOfStages: z.boolean().optional(),
});
export type CheckpointDefault = z.infer<typeof checkpointDefaultSchema>;

/** The keyword under which a field's JSON schema has it. */
export const keyword = "fromCheckpoint";

/**
 * A field with the default of a new model, and that of a checkpoint, which its description says too. `lora`: where it is another with an adapter.
 */
export function withDefaults<T extends z.ZodType>(
  field: T,
  usual: z.util.NoUndefined<z.output<T>>,
  {
    full,
    lora = full,
    source,
    largestOfStages = false,
  }: {
    readonly full: z.output<T>;
    readonly lora?: z.output<T>;
    readonly source: string;
    readonly largestOfStages?: boolean;
  },
): z.ZodDefault<T> {
  const values =
    (largestOfStages ? "the largest of the recipe's stages, else " : "") +
    `${JSON.stringify(full)}${lora === full ? "" : `, with \`lora\` ${JSON.stringify(lora)}`}`;
  const kept: CheckpointDefault = { full, lora, source, ...(largestOfStages ? { largestOfStages } : {}) };
  return field
    .meta({
      description: `${field.description ?? ""} Default where the recipe's model is a checkpoint: ${values} (${source}).`,
      [keyword]: kept,
    })
    .default(usual);
}

/** What the JSON schema of a field says of it; null: its default is the same for all models. */
export function checkpointDefault(schema: Readonly<Record<string, unknown>>): CheckpointDefault | null {
  return checkpointDefaultSchema.safeParse(schema[keyword]).data ?? null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a recipe as it is written, or as far as it is. */
export function modelKind(recipe: unknown): ModelKind {
  const model = isObject(recipe) ? recipe["model"] : undefined;
  if (!isObject(model) || !("checkpoint" in model)) return "new";
  return isObject(model["lora"]) ? "lora" : "full";
}
