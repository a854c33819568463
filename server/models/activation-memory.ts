/** What a forward and backward pass over whole sequences holds in memory on the embedded engine. */
import type { ModelConfig } from "./config";

const floatBytes = 4;

export interface ActivationBytes {
  /** For each token: what the layers make, and the gradients of it, all of which live until the backward pass is done. */
  readonly perToken: number;
  /** A block of logits. */
  readonly block: number;
  /** That, and gradients of the embedding from both of its uses. */
  readonly embedding: number;
}

/**
 * Estimated from the model's shape: attention keeps no weights, so that a token costs the same in a sequence of any length. A test holds it against what
 * the engine takes.
 */
export function activationBytes(config: ModelConfig): ActivationBytes {
  const { hidden_size: hidden, intermediate_size: feed, num_attention_heads: heads, head_dim: width } = config;
  const [queries, keys] = [heads * width, config.num_key_value_heads * width];
  // Norms, the sums behind attention and feed-forward layer; projected, (normed,) turned and mixed queries; keys and values; gate, up and their product.
  const normed = config.qk_norm ? queries + keys : 0;
  const forward = 4 * hidden + 3 * queries + 3 * keys + normed + heads + 3 * feed;
  // Of each its gradient; the parts of those that several products add up to are freed as they are.
  const layer = 2 * forward;
  const ends = 8 * hidden;
  return {
    perToken: floatBytes * (config.num_hidden_layers * layer + ends),
    block: floatBytes * 2 ** 20,
    embedding: floatBytes * (2 * config.vocab_size * hidden + 2 ** 20),
  };
}
