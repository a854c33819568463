/** What a forward and backward pass over whole sequences holds in memory, estimated from the model's shape. */
import type { ModelConfig } from "./config";

const floatBytes = 4;

/** Engines whose operations keep different things. The reference's are taken for TensorFlow's. */
export type PlannedEngine = "simd" | "tensorflow";

export interface ActivationBytes {
  /** For each token: what the layers keep for the backward pass, and what one of them makes and frees on its way. */
  readonly perToken: number;
}

/**
 * Attention keeps no weights (TensorFlow's only where they are few), so that a token costs the same in a sequence of any length. `recompute`: layers keep
 * their inputs alone. `dropout`: of adapters on all linear layers. A test holds it against what the engine takes.
 */
export function activationBytes(
  config: ModelConfig,
  engine: PlannedEngine,
  recompute: boolean,
  dropout = false,
): ActivationBytes {
  const { hidden_size: hidden, intermediate_size: feed, num_attention_heads: heads, head_dim: width } = config;
  const [queries, keys] = [heads * width, config.num_key_value_heads * width];
  // Inputs of norms and of projections, turned queries and keys, values and what is mixed of them, gate, up and their product.
  const normed = config.qk_norm ? queries + keys : 0;
  // A norm behind a projection keeps its input, and the sum its output.
  const residual = { before: 4, behind: 6, both: 8 }[config.norms] * hidden;
  // What each adapter reads, where its own share of the input is left out.
  const read = dropout ? 5 * hidden + queries + feed : 0;
  const shared = residual + 2 * queries + 2 * keys + normed + read;
  // TensorFlow keeps σ(gate) beside gate·σ(gate), gelu also the gate, and the angles of the rotary positions.
  const gated = engine === "simd" ? 3 : config.activation === "silu" ? 4 : 5;
  const layer = shared + (engine === "simd" ? heads : 4 * width) + gated * feed;
  // Of the layer at hand also the gradients: its widest part.
  const atHand = (engine === "simd" ? 3 : 6) * feed + 2 * hidden;
  const ends = 3 * hidden;
  const kept = recompute ? config.num_hidden_layers * hidden + layer : config.num_hidden_layers * layer;
  return { perToken: floatBytes * (kept + atHand + ends) };
}
