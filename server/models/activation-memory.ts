/** What a forward and backward pass over whole sequences holds in memory on the embedded engine. */
import type { ModelConfig } from "./config";

const floatBytes = 4;

export interface ActivationBytes {
  /** For each token: what the layers keep for the backward pass, and what one of them makes and frees on its way. */
  readonly perToken: number;
  /** A block of logits. */
  readonly block: number;
}

/**
 * Estimated from the model's shape: attention keeps no weights, so that a token costs the same in a sequence of any length. A test holds it against what
 * the engine takes.
 */
export function activationBytes(config: ModelConfig): ActivationBytes {
  const { hidden_size: hidden, intermediate_size: feed, num_attention_heads: heads, head_dim: width } = config;
  const [queries, keys] = [heads * width, config.num_key_value_heads * width];
  // Inputs of norms and of projections, turned queries and keys, values and what is mixed of them, gate, up and their product.
  const normed = config.qk_norm ? queries + keys : 0;
  const layer = 4 * hidden + 2 * queries + 2 * keys + normed + heads + 3 * feed;
  // Of the layer at hand also the gradients: its widest part.
  const atHand = 3 * feed + 2 * hidden;
  const ends = 3 * hidden;
  return {
    perToken: floatBytes * (config.num_hidden_layers * layer + atHand + ends),
    block: floatBytes * 2 ** 20,
  };
}
