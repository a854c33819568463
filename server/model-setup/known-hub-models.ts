/**
 * Small models of the Hugging Face Hub that are worth starting from. Shapes are those of their config.json, from which sizes and memory follow; a test holds
 * their numbers of parameters to the published ones.
 */

export interface KnownHubModel {
  /** `hf:ORG/NAME`: what is typed, and what a recipe takes. */
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  /** The Hub gives it to people who have accepted its terms. */
  readonly gated: boolean;
  /** What it is good for here, a sentence. */
  readonly about: string;
  /** Bytes of its weights on the Hub; "bfloat16": two for each parameter; null: not known here. */
  readonly weights: number | "bfloat16" | null;
  /** Of its config.json what its size follows from. */
  readonly config: Readonly<Record<string, unknown>>;
}

const smollm2 = {
  model_type: "llama",
  vocab_size: 49_152,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
};
export const smollm2Small = {
  ...smollm2,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
};
const smollm2Medium = {
  ...smollm2,
  hidden_size: 960,
  intermediate_size: 2560,
  num_hidden_layers: 32,
  num_attention_heads: 15,
  num_key_value_heads: 5,
};
const qwen25 = {
  model_type: "qwen2",
  vocab_size: 151_936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  max_position_embeddings: 32_768,
  tie_word_embeddings: true,
};
const qwen3 = {
  model_type: "qwen3",
  vocab_size: 151_936,
  hidden_size: 1024,
  intermediate_size: 3072,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 32_768,
  tie_word_embeddings: true,
};
const gemma3 = {
  model_type: "gemma3_text",
  vocab_size: 262_144,
  hidden_size: 640,
  intermediate_size: 2048,
  num_hidden_layers: 18,
  num_attention_heads: 4,
  num_key_value_heads: 1,
  head_dim: 256,
  max_position_embeddings: 32_768,
  sliding_window: 512,
};
const llama32 = {
  model_type: "llama",
  vocab_size: 128_256,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131_072,
  tie_word_embeddings: true,
};
const olmo2 = {
  model_type: "olmo2",
  vocab_size: 100_352,
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  max_position_embeddings: 4096,
  tie_word_embeddings: false,
};
const smollm3 = {
  model_type: "smollm3",
  vocab_size: 128_256,
  hidden_size: 2048,
  intermediate_size: 11_008,
  num_hidden_layers: 36,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  max_position_embeddings: 65_536,
};

const open = { licence: "Apache-2.0", gated: false, weights: "bfloat16" } as const;
const gemmaTerms = { licence: "Gemma terms of use", gated: true, weights: "bfloat16" } as const;

export const knownHubModels: readonly KnownHubModel[] = [
  {
    ...open,
    name: "hf:HuggingFaceTB/SmolLM2-135M-Instruct",
    title: "SmolLM2 135M Instruct",
    about: "The smallest here that answers in chat: the first to try a recipe on.",
    config: smollm2Small,
  },
  {
    ...open,
    name: "hf:HuggingFaceTB/SmolLM2-135M",
    title: "SmolLM2 135M",
    about: "A base model: for SFT from the beginning.",
    config: smollm2Small,
  },
  {
    ...open,
    name: "hf:HuggingFaceTB/SmolLM2-360M-Instruct",
    title: "SmolLM2 360M Instruct",
    about: "Answers in English chat, steadier than the small one.",
    config: smollm2Medium,
  },
  {
    ...open,
    name: "hf:HuggingFaceTB/SmolLM2-360M",
    title: "SmolLM2 360M",
    about: "A base model: for SFT from the beginning.",
    config: smollm2Medium,
  },
  {
    ...gemmaTerms,
    name: "hf:google/gemma-3-270m-it",
    title: "Gemma 3 270M Instruct",
    about: "Follows instructions; made to be fine-tuned for one task. Most of it is its vocabulary.",
    config: gemma3,
  },
  {
    ...gemmaTerms,
    name: "hf:google/gemma-3-270m",
    title: "Gemma 3 270M",
    about: "A base model: for SFT from the beginning.",
    config: gemma3,
  },
  {
    ...open,
    name: "hf:Qwen/Qwen2.5-0.5B-Instruct",
    title: "Qwen2.5 0.5B Instruct",
    about: "Chat in many languages and some arithmetic: a usual start of GRPO on maths.",
    config: qwen25,
  },
  {
    ...open,
    name: "hf:Qwen/Qwen2.5-0.5B",
    title: "Qwen2.5 0.5B",
    about: "A base model that answers already: for RL without SFT before it.",
    config: qwen25,
  },
  {
    ...open,
    name: "hf:Qwen/Qwen3-0.6B",
    title: "Qwen3 0.6B",
    about: "Thinks before it answers, or not (`enable_thinking`): for RL on reasoning. Completions are long.",
    // Its output layer is stored beside the embedding that it equals.
    weights: 1_503_300_328,
    config: qwen3,
  },
  {
    ...open,
    name: "hf:Qwen/Qwen3-0.6B-Base",
    title: "Qwen3 0.6B Base",
    about: "A base model: for a cold start of your own.",
    config: qwen3,
  },
  {
    name: "hf:meta-llama/Llama-3.2-1B",
    title: "Llama 3.2 1B",
    licence: "Llama 3.2 Community License",
    gated: true,
    weights: "bfloat16",
    about: "A base model: for SFT from the beginning.",
    config: llama32,
  },
  {
    ...open,
    name: "hf:allenai/OLMo-2-0425-1B",
    title: "OLMo 2 1B",
    about: "A base model whose data and training are open: for questions about where an ability comes from.",
    weights: null,
    config: olmo2,
  },
  {
    ...open,
    name: "hf:HuggingFaceTB/SmolLM3-3B",
    title: "SmolLM3 3B",
    about: "Thinks before it answers, in six languages: for machines with much memory.",
    config: smollm3,
  },
];
