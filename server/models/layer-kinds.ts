/** What distinguishes the layers of a model: whether they know positions, by which angles, and how far they look back. */
import { UserError } from "../shared/user-error";
import type { FileFields } from "./config";

export interface LayerKind {
  /** The angles that positions turn by; null: the layer does not know positions. */
  readonly rope: "global" | "local" | null;
  /** Keys that a query sees at most; null: all. */
  readonly window: number | null;
}

const plain: LayerKind = { rope: "global", window: null };

/** Of a layer, of a model's list of them. */
export const kindOf = ({ layers }: { readonly layers: readonly LayerKind[] }, layer: number): LayerKind =>
  layers[layer] ?? plain;

/**
 * One for each layer, or none where they all know positions and see all, by the fields of a config.json, with transformers' defaults. Throws where a list
 * of the file is not one of the layers.
 */
export function layersOf(fields: FileFields, file: string): LayerKind[] {
  const { num_hidden_layers: count, layer_types, no_rope_layers, max_position_embeddings: longest } = fields;
  for (const [field, list] of Object.entries({ layer_types, no_rope_layers }))
    if (list && (field === "layer_types" ? list.length !== count : list.length < count))
      throw new UserError(`${file}: ${field}: speaks of ${list.length} layers, and there are ${count}`);
  const window = windowOf(fields);
  const isGemma = fields.model_type === "gemma3_text";
  const kinds = Array.from({ length: count }, (_, layer): LayerKind => {
    const turns = fields.model_type !== "smollm3" || turnsAt(fields, layer);
    const slides = slidesAt(fields, layer, turns);
    const rope = !turns ? null : isGemma && slides ? "local" : "global";
    return { rope, window: slides && window !== null && window < longest ? window : null };
  });
  return kinds.every(({ rope, window: own }) => rope === plain.rope && own === plain.window) ? [] : kinds;
}

/** Tokens of the window where some layer may have one. It is 4096 where a file that uses it does not say. */
function windowOf(fields: FileFields): number | null {
  const window =
    fields.sliding_window === undefined ? (fields.model_type === "smollm3" ? null : 4096) : fields.sliding_window;
  switch (fields.model_type) {
    case "mistral":
    case "gemma3_text":
      return window;
    case "qwen2":
    case "qwen3":
    case "smollm3":
      return fields.use_sliding_window ? window : null;
    case "llama":
    case "olmo2":
      return null;
  }
}

function slidesAt(fields: FileFields, layer: number, turns: boolean): boolean {
  if (fields.model_type === "mistral") return true;
  if (fields.layer_types) return fields.layer_types[layer] === "sliding_attention";
  if (fields.model_type === "smollm3") return !turns;
  if (fields.model_type !== "gemma3_text") return layer >= fields.max_window_layers;
  return (layer + 1) % (fields.sliding_window_pattern ?? fields._sliding_window_pattern ?? 6) !== 0;
}

/** SmolLM3 (NoPE, Kazemnejad et al. 2023): every fourth layer goes without, or those that the file lists with 0. */
const turnsAt = ({ no_rope_layers, no_rope_layer_interval }: FileFields, layer: number): boolean =>
  no_rope_layers ? no_rope_layers[layer] === 1 : (layer + 1) % no_rope_layer_interval !== 0;
