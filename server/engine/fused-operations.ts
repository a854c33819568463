/**
 * The operations that a model is made of. Each has a composed definition in plain tfjs operations (`engine/composed`), the reference, and may
 * have kernels of its own (`engine/simd`). Rows are tokens: sequences lie one after the other without padding, and {@link Sequences} says
 * where each begins.
 */
import type * as tf from "@tensorflow/tfjs-core";

/** Where sequences lie in the rows of queries and keys. */
export interface Sequences {
  /** int32 `[count, 4]`: first query row, queries, first key row, keys. Query i sees keys 0 … keys − queries + i of its sequence. */
  readonly table: tf.Tensor2D;
  readonly count: number;
  /** Most keys of one sequence. */
  readonly longest: number;
  /** Keys that a query sees at most: its own and the ones before it (sliding-window attention, Beltagy et al. 2020). Null or unset: all. */
  readonly window?: number | null;
}

export interface HeadShape {
  readonly heads: number;
  /** Divides `heads`; fewer than `heads` is grouped-query attention. */
  readonly keyHeads: number;
  /** Numbers of one head. */
  readonly width: number;
}

export interface RotaryTables {
  /** `[positions, width / 2]` */
  readonly cosines: tf.Tensor2D;
  readonly sines: tf.Tensor2D;
}

export interface AdamWSettings {
  readonly learning_rate: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly weight_decay: number;
  /** Factor on the gradient: clipping by the global norm. */
  readonly scale: number;
  /** Updates so far, this one included: 1 for the first. */
  readonly step: number;
}

/** Keys and values of sequences that are being sampled. A row is one token of one slot: slot · length + position. No gradients. */
export interface KeyValueCache {
  /** Stores keys and values `[rows, keyHeads · width]` of a layer at the cache rows `at`, int32 `[rows]`. */
  write(layer: number, keys: tf.Tensor2D, values: tf.Tensor2D, at: tf.Tensor1D): void;
  /** Attention of queries `[rows, heads · width]` over cached rows; `sequences` speaks of cache rows as keys. */
  attend(layer: number, queries: tf.Tensor2D, sequences: Sequences): tf.Tensor2D;
  /** Copies rows of all layers, so that samples of a group share the prefill of their prompt. */
  copyRows(from: number, to: number, count: number): void;
  dispose(): void;
}

export interface DecoderLayer {
  /** Before the projections to queries, keys and values; null here and below: the model has none. */
  readonly inputNorm: tf.Tensor1D | null;
  /** `[out, in]`; norms of queries and keys are as wide as a head, or as all heads. */
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly value: tf.Tensor2D;
  readonly queryBias: tf.Tensor1D | null;
  readonly keyBias: tf.Tensor1D | null;
  readonly valueBias: tf.Tensor1D | null;
  readonly queryNorm: tf.Tensor1D | null;
  readonly keyNorm: tf.Tensor1D | null;
  readonly output: tf.Tensor2D;
  readonly outputBias: tf.Tensor1D | null;
  /** Of what attention adds to the residual stream. */
  readonly attentionNorm: tf.Tensor1D | null;
  /** Before the feed-forward layer. */
  readonly feedNorm: tf.Tensor1D | null;
  readonly gate: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly down: tf.Tensor2D;
  readonly gateBias: tf.Tensor1D | null;
  readonly upBias: tf.Tensor1D | null;
  readonly downBias: tf.Tensor1D | null;
  /** Of what the feed-forward layer adds to the residual stream. */
  readonly outputNorm: tf.Tensor1D | null;
  /** Null: the layer does not know positions. */
  readonly rotary: RotaryTables | null;
  /** See {@link Sequences.window}. */
  readonly window: number | null;
}

/** Of the gate of feed-forward layers: of SwiGLU, or of GEGLU. */
export type Activation = "silu" | "gelu_tanh";

/** What an adapter adds to a linear weight `[out, in]`: scale · up · down, of `[out, rank]` and `[rank, in]`. */
export interface LowRank {
  readonly down: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly scale: number;
}

/** A model as one operation reads it: embedding, layers, norm, output table. */
export interface Decoder {
  readonly layers: readonly DecoderLayer[];
  readonly shape: HeadShape;
  /** `[vocabulary, hidden]` */
  readonly embedding: tf.Tensor2D;
  readonly finalNorm: tf.Tensor1D;
  readonly outputTable: tf.Tensor2D;
  /** Factor on embeddings as the first layer reads them. */
  readonly embeddingScale: number;
  readonly activation: Activation;
  readonly epsilon: number;
  /** Of linear weights that have an adapter. */
  readonly adapters: ReadonlyMap<tf.Tensor, LowRank>;
}

/** Prompts that were read: their keys and values by layer, `[prompt tokens, keyHeads · width]`, prompts one after the other. */
export interface ReadPrompts {
  readonly lengths: readonly number[];
  readonly keys: readonly tf.Tensor2D[];
  readonly values: readonly tf.Tensor2D[];
  /** `[prompts, vocabulary]`: of the first token of a completion. */
  readonly logits: tf.Tensor2D;
}

/** What is drawn from logits: softmax at the temperature, of the tokens that top-k, top-p and min-p leave. */
export interface SamplingSettings {
  readonly temperature: number;
  /** Most likely tokens that stay; 0: all. */
  readonly top_k: number;
  /** Share of the probability that the tokens that stay hold at least; 1: all. */
  readonly top_p: number;
  /** Tokens below this share of the likeliest one's probability go; 0: none. */
  readonly min_p: number;
}

export interface DecodeRequest extends SamplingSettings {
  /** Completions of each prompt. */
  readonly samples: number;
  readonly max_completion_length: number;
  /** Uniform numbers in [0, 1), `[prompts · samples, max_completion_length]`; null: greedy. */
  readonly uniforms: Float64Array | null;
  /** Tokens that end a completion. */
  readonly stops: readonly number[];
  /** Tokens that {@link Decoding.insert} puts into a completion; unset: none are. */
  readonly inserted?: readonly number[];
}

/** `[prompts · samples, max_completion_length]`, of which `lengths` `[prompts · samples]` were written; −1: the logits were not numbers. */
export interface Decoded {
  readonly tokens: Int32Array;
  /** Of the whole distribution at the temperature, nats. */
  readonly logprobs: Float32Array;
  readonly entropy: Float32Array;
  readonly lengths: Int32Array;
}

/** Completions that are being decoded. What they become does not depend on the pieces in which it is done. */
export interface Decoding {
  /**
   * What was drawn so far, to be read before the next call. A length of 0: the completion waits. It is the engine's own memory.
   */
  readonly decoded: () => Decoded;
  /** Draws up to so many tokens more of each completion that is at work; those that wait take the places of those that have ended. True when all have. */
  readonly advance: (rounds: number) => boolean;
  /** Ends a completion where it stands. */
  readonly end: (sequence: number) => void;
  /** The request's `inserted` stand next in a completion, in place of drawn tokens, with a log-probability of 0. Once for each. */
  readonly insert: (sequence: number) => void;
  readonly dispose: () => void;
}

export interface FusedOperations {
  /** Rows of `table` `[entries, width]` by int32 `indices` `[rows]` → `[rows, width]`. Its gradient adds up where rows came from. */
  readonly gatherRows: (table: tf.Tensor2D, indices: tf.Tensor1D) => tf.Tensor2D;
  /** x · wᵀ (+ residual) (+ bias): `[rows, in]`, w `[out, in]`, bias `[out]` → `[rows, out]`. */
  readonly linear: (
    x: tf.Tensor2D,
    weight: tf.Tensor2D,
    residual?: tf.Tensor2D | null,
    bias?: tf.Tensor1D | null,
  ) => tf.Tensor2D;
  /** x / √(mean(x²) + ε) · gain over the last axis (Zhang & Sennrich 2019). x is `[rows, n · width]`, gain `[width]`: n parts, each by itself. */
  readonly rmsNorm: (x: tf.Tensor2D, gain: tf.Tensor1D, epsilon: number) => tf.Tensor2D;
  /** Rotary positions (Su et al. 2021) in Hugging Face's pairing. x `[rows, heads · width]`, positions int32 `[rows]`. */
  readonly rotary: (x: tf.Tensor2D, positions: tf.Tensor1D, tables: RotaryTables, width: number) => tf.Tensor2D;
  /** Causal attention, softmax(q·kᵀ/√width)·v within each sequence; sequences have as many queries as keys, at the same rows. */
  readonly causalAttention: (
    q: tf.Tensor2D,
    k: tf.Tensor2D,
    v: tf.Tensor2D,
    sequences: Sequences,
    shape: HeadShape,
  ) => tf.Tensor2D;
  /** gate·σ(gate) ⊙ up (Shazeer 2020). */
  readonly swiglu: (gate: tf.Tensor2D, up: tf.Tensor2D) => tf.Tensor2D;
  /** gelu(gate) ⊙ up (Shazeer 2020), gelu(x) = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  readonly geglu: (gate: tf.Tensor2D, up: tf.Tensor2D) => tf.Tensor2D;
  /**
   * Output layer, log-softmax at `temperature` and gather in one: hidden `[rows, width]`, table `[vocabulary, width]`, targets int32 `[rows]` →
   * `[2, rows]`: log-probability of each target, and the entropy (nats) of its distribution.
   */
  readonly tokenLogProbs: (
    hidden: tf.Tensor2D,
    table: tf.Tensor2D,
    targets: tf.Tensor1D,
    temperature: number,
  ) => tf.Tensor2D;
  /** Σ x² over all tensors, float64. */
  readonly sumOfSquares: (tensors: readonly tf.Tensor[]) => number;
  /** AdamW (Loshchilov & Hutter 2019, algorithm 2): updates the parameter and its moments in place. */
  readonly adamW: (
    parameter: tf.Variable,
    gradient: tf.Tensor,
    m: tf.Variable,
    v: tf.Variable,
    settings: AdamWSettings,
  ) => void;
  /**
   * Begins completions of prompts, which {@link Decoding.advance} draws; what it is given stays until they are disposed. Null: no kernel for this model
   * here, so it is decoded token by token.
   */
  readonly decode: (decoder: Decoder, prompts: ReadPrompts, request: DecodeRequest) => Decoding | null;
  /** Until what it returns is called, weights stay as {@link decode} has laid them out, which uses them again if they have not changed. */
  readonly keepWeights: () => () => void;
  /** Bytes that the engine can address; null: what the machine has. */
  readonly memoryLimit: number | null;
  /** Takes the memory of tensors where operations read them now, and not when one first does: what does not fit is known before the first step. */
  readonly place: (tensors: readonly tf.Tensor[]) => void;
  readonly createCache: (layers: number, slots: number, length: number, shape: HeadShape) => KeyValueCache;
}

let current: FusedOperations | null = null;

/** The operations of the engine that was started. Throws before one was. */
export function fused(): FusedOperations {
  if (!current) throw new Error("No engine has been started: call startEngine first.");
  return current;
}

/** Bytes that the engine can address; null: it has no limit of its own, or none has been started. */
export const engineMemoryLimit = (): number | null => current?.memoryLimit ?? null;

/** See {@link FusedOperations.place}; nothing without an engine. */
export const placeTensors = (tensors: Iterable<tf.Tensor>): void => current?.place([...tensors]);

/** Set by the engine when it starts. */
export function useFusedOperations(operations: FusedOperations): void {
  current = operations;
}
