/** Rotary positions (Su et al. 2021) with the scalings of `transformers` (modeling_rope_utils.py of 5.23). */
import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import type { RotaryTables } from "../engine/fused-operations";
import { UserError } from "../shared/user-error";

const factor = z.number().positive();

/** `rope_parameters` of a config.json as transformers 5 writes it. */
const settingsSchema = z.discriminatedUnion("rope_type", [
  z.object({ rope_type: z.literal("default"), rope_theta: factor }),
  /** All positions are divided by `factor` (Chen et al. 2023, position interpolation). */
  z.object({ rope_type: z.literal("linear"), rope_theta: factor, factor }),
  /** Llama 3.1: long waves are stretched by `factor`, short ones are not. */
  z.object({
    rope_type: z.literal("llama3"),
    rope_theta: factor,
    factor,
    low_freq_factor: factor,
    high_freq_factor: factor,
    original_max_position_embeddings: z.int().positive(),
  }),
]);
export type RopeSettings = z.infer<typeof settingsSchema>;

const known: readonly unknown[] = ["default", "linear", "llama3"];

/** The fields of a config.json in which rope settings stand. */
export const ropeFieldsSchema = z.object({
  max_position_embeddings: z.int().positive(),
  original_max_position_embeddings: z.int().positive().optional(),
  rope_theta: factor.nullish(),
  rope_scaling: z.record(z.string(), z.unknown()).nullish(),
  rope_parameters: z.record(z.string(), z.unknown()).nullish(),
  rope_local_base_freq: factor.nullish(),
  partial_rotary_factor: z.number().nullish(),
});
type RopeFields = z.infer<typeof ropeFieldsSchema>;

/**
 * The rope settings of a config.json in any of its spellings, with transformers' order and defaults: `rope_scaling` before `rope_parameters`,
 * `type` for `rope_type`, `rope_theta` within or beside them. `theta`: where neither says. Throws with the file, the field and what is wrong with it.
 */
export function readRope(fields: RopeFields, file: string, theta = 10_000): RopeSettings {
  const place = fields.rope_scaling ? "rope_scaling" : "rope_parameters";
  const written = fields[place] ?? {};
  const rope_type = written["rope_type"] ?? written["type"] ?? "default";
  if (!known.includes(rope_type)) {
    throw new UserError(
      `${file}: ${place}.rope_type: must be default, linear or llama3, not ${JSON.stringify(rope_type)}: other scalings are not supported`,
    );
  }
  const turned = written["partial_rotary_factor"] ?? fields.partial_rotary_factor ?? 1;
  if (turned !== 1)
    throw new UserError(`${file}: partial_rotary_factor: must be 1: heads turned in part are not supported`);
  const parsed = settingsSchema.safeParse({
    rope_theta: fields.rope_theta ?? theta,
    original_max_position_embeddings: fields.max_position_embeddings,
    ...written,
    ...(fields.original_max_position_embeddings === undefined
      ? {}
      : { original_max_position_embeddings: fields.original_max_position_embeddings }),
    rope_type,
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError(`${file}: ${[place, ...issue.path].join(".")}: ${issue.message}`);
}

const record = z.record(z.string(), z.unknown());

/** Gemma 3's two: of layers that see all, and of those with a window, each in `rope_parameters` by its kind or, as before, beside each other. */
export function readLayeredRope(
  fields: RopeFields,
  file: string,
): { readonly rope: RopeSettings; readonly local: RopeSettings } {
  const of = (kind: string): Record<string, unknown> => record.safeParse(fields.rope_parameters?.[kind]).data ?? {};
  const read = (written: Record<string, unknown>, rope_theta: number): RopeSettings =>
    readRope({ ...fields, rope_theta, rope_scaling: null, rope_parameters: written }, file);
  return {
    rope: read({ ...of("full_attention"), ...fields.rope_scaling }, fields.rope_theta ?? 1_000_000),
    local: read(of("sliding_attention"), fields.rope_local_base_freq ?? 10_000),
  };
}

/** Both spellings: transformers 5 reads `rope_parameters`, earlier ones the others. `local`: of layers with a window, where they have their own. */
export function writeRope(rope: RopeSettings, local: RopeSettings | null = null): Record<string, unknown> {
  const { rope_theta, ...scaling } = rope;
  const before = { rope_theta, rope_scaling: rope.rope_type === "default" ? null : scaling };
  if (local === null) return { ...before, rope_parameters: rope };
  return {
    ...before,
    rope_local_base_freq: local.rope_theta,
    rope_parameters: { full_attention: rope, sliding_attention: local },
  };
}

/** Angle per position of each pair of a head, `[width / 2]`: θ^(−2c/width) (Su et al. 2021, eq. 15), scaled. */
export function ropeFrequencies(rope: RopeSettings, width: number): Float32Array {
  return Float32Array.from({ length: width / 2 }, (_, pair) => scaled(rope.rope_theta ** ((-2 * pair) / width), rope));
}

function scaled(frequency: number, rope: RopeSettings): number {
  switch (rope.rope_type) {
    case "default":
      return frequency;
    case "linear":
      return frequency / rope.factor;
    case "llama3": {
      // Turns within the original context: above high_freq_factor the frequency stays, below low_freq_factor it is divided, in between mixed.
      const turns = (rope.original_max_position_embeddings * frequency) / (2 * Math.PI);
      const share = (turns - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor);
      const kept = turns > rope.high_freq_factor ? 1 : turns < rope.low_freq_factor ? 0 : share;
      return (1 - kept) * (frequency / rope.factor) + kept * frequency;
    }
  }
}

/** Cosines and sines of position · frequency, `[positions, width / 2]`. Angles are float32, as in transformers. */
export function rotaryTables(rope: RopeSettings, positions: number, width: number): RotaryTables {
  const frequencies = ropeFrequencies(rope, width);
  const table = (of: (angle: number) => number): tf.Tensor2D => {
    const values = new Float32Array(positions * frequencies.length);
    for (let position = 0, at = 0; position < positions; position++) {
      for (const frequency of frequencies) values[at++] = of(Math.fround(position * frequency));
    }
    return tf.keep(tf.tensor2d(values, [positions, frequencies.length]));
  };
  return { cosines: table(Math.cos), sines: table(Math.sin) };
}
