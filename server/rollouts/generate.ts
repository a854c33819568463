/** Sampling with a key/value cache: the prompt of a group is read once, and a sequence that has ended leaves the batch. */
import * as tf from "@tensorflow/tfjs-core";
import type { Random } from "../algorithms/random";
import { fused } from "../engine/fused-operations";
import type { KeyValueCache } from "../engine/fused-operations";
import type { Policy } from "../models/policy";
import { attendWithin, forward, headShape, outputTable } from "../models/transformer";
import type { FinishReason } from "../protocol/traces";
import { sampleToken } from "./sample-token";

export interface GenerateOptions {
  readonly num_generations: number;
  readonly max_completion_length: number;
  readonly temperature: number;
  /** Stream of a sample; null: greedy. What a sample draws does not depend on what else is in the batch. */
  readonly random: ((group: number, sample: number) => Random) | null;
}

/** One completion, with what was known of its tokens when they were drawn: the old policy. */
export interface Rollout {
  readonly group: number;
  readonly sample: number;
  readonly prompt: readonly number[];
  /** Token ids, the end-of-sequence token included. */
  readonly completion: Int32Array;
  /** `[tokens]` log-probabilities and entropies at the sampling temperature, nats. */
  readonly logprobs: Float32Array;
  readonly entropy: Float32Array;
  readonly finishReason: FinishReason;
}

interface Active {
  readonly slot: number;
  readonly group: number;
  readonly sample: number;
  readonly random: Random | null;
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly entropy: number[];
}

/**
 * Completions of each prompt, groups one after the other, samples of a group together. Throws when prompt and completion cannot fit into the
 * model's positions.
 */
export function generate(policy: Policy, prompts: readonly (readonly number[])[], options: GenerateOptions): Rollout[] {
  const { num_generations: samples, max_completion_length } = options;
  const longestPrompt = Math.max(...prompts.map((prompt) => prompt.length));
  const length = longestPrompt + max_completion_length;
  if (length > policy.config.max_position_embeddings) {
    throw new Error(
      `A prompt of ${longestPrompt} tokens and a completion of up to ${max_completion_length} do not fit into the model's ` +
        `${policy.config.max_position_embeddings} positions: lower max_completion_length or raise max_position_embeddings.`,
    );
  }
  const cache = fused().createCache(
    policy.config.num_hidden_layers,
    prompts.length * samples,
    length,
    headShape(policy.config),
  );
  try {
    const active = startGroups(policy, prompts, options, cache, length);
    return finishAll(policy, prompts, options, cache, length, active);
  } finally {
    cache.dispose();
  }
}

/** Reads every prompt once, shares its cache rows among the group's samples and draws their first tokens. */
function startGroups(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  cache: KeyValueCache,
  length: number,
): Active[] {
  const samples = options.num_generations;
  const logits = tf.tidy(() => {
    const tokens = prompts.flat();
    const positions = prompts.flatMap((prompt) => prompt.map((_, index) => index));
    const cacheRows = prompts.flatMap((prompt, group) => prompt.map((_, index) => group * samples * length + index));
    let start = 0;
    const table: number[] = [];
    const last: number[] = [];
    for (const prompt of prompts) {
      table.push(start, prompt.length, start, prompt.length);
      start += prompt.length;
      last.push(start - 1);
    }
    const sequences = {
      table: tf.tensor2d(table, [prompts.length, 4], "int32"),
      count: prompts.length,
      longest: Math.max(...prompts.map((prompt) => prompt.length)),
    };
    const within = attendWithin(policy.config, sequences);
    const at = tf.tensor1d(cacheRows, "int32");
    const hidden = forward(policy, tf.tensor1d(tokens, "int32"), tf.tensor1d(positions, "int32"), (layer, q, k, v) => {
      cache.write(layer, k, v, at);
      return within(layer, q, k, v);
    });
    return readLogits(policy, fused().gatherRows(hidden, tf.tensor1d(last, "int32")));
  });
  return prompts.flatMap((prompt, group) =>
    Array.from({ length: samples }, (_, sample) => {
      const slot = group * samples + sample;
      if (sample > 0) cache.copyRows(group * samples * length, slot * length, prompt.length);
      const random = options.random?.(group, sample) ?? null;
      const active: Active = { slot, group, sample, random, tokens: [], logprobs: [], entropy: [] };
      draw(active, logits, group, policy.config.vocab_size, options.temperature);
      return active;
    }),
  );
}

function readLogits(policy: Policy, hidden: tf.Tensor2D): Float32Array {
  return fused().linear(hidden, outputTable(policy)).dataSync<"float32">();
}

function draw(active: Active, logits: Float32Array, row: number, vocabulary: number, temperature: number): void {
  const { token, logprob, entropy } = sampleToken(logits, row, vocabulary, temperature, active.random);
  if (!Number.isFinite(logprob)) {
    throw new Error(
      `The model's output is not a finite number (token ${active.tokens.length + 1} of sample ${active.sample} of group ${active.group}). ` +
        "Go back to a checkpoint before it, with a lower learning_rate.",
    );
  }
  active.tokens.push(token);
  active.logprobs.push(logprob);
  active.entropy.push(entropy);
}

/** Goes on token by token until every sequence has ended or is as long as allowed. */
function finishAll(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  cache: KeyValueCache,
  length: number,
  started: Active[],
): Rollout[] {
  const rollouts = new Array<Rollout>(started.length);
  let active = started;
  for (;;) {
    active = active.filter((sequence) => {
      const ended = sequence.tokens.at(-1) === policy.config.eos_token_id;
      if (!ended && sequence.tokens.length < options.max_completion_length) return true;
      rollouts[sequence.slot] = toRollout(sequence, prompts[sequence.group]!, ended ? "stop" : "length");
      return false;
    });
    if (active.length === 0) return rollouts;
    const logits = tf.tidy(() => decodeStep(policy, prompts, cache, length, active));
    active.forEach((sequence, row) => draw(sequence, logits, row, policy.config.vocab_size, options.temperature));
  }
}

/** Reads the newest token of each active sequence; logits `[active, vocabulary]` of the next. */
function decodeStep(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  cache: KeyValueCache,
  length: number,
  active: readonly Active[],
): Float32Array {
  const count = active.length;
  const tokens = new Int32Array(count);
  const positions = new Int32Array(count);
  const cacheRows = new Int32Array(count);
  const table = new Int32Array(4 * count);
  let longest = 0;
  active.forEach((sequence, row) => {
    const position = prompts[sequence.group]!.length + sequence.tokens.length - 1;
    tokens[row] = sequence.tokens.at(-1)!;
    positions[row] = position;
    cacheRows[row] = sequence.slot * length + position;
    table.set([row, 1, sequence.slot * length, position + 1], 4 * row);
    longest = Math.max(longest, position + 1);
  });
  const sequences = { table: tf.tensor2d(table, [count, 4], "int32"), count, longest };
  const at = tf.tensor1d(cacheRows, "int32");
  const hidden = forward(policy, tf.tensor1d(tokens, "int32"), tf.tensor1d(positions, "int32"), (layer, q, k, v) => {
    cache.write(layer, k, v, at);
    return cache.attend(layer, q, sequences);
  });
  return readLogits(policy, hidden);
}

function toRollout(active: Active, prompt: readonly number[], finishReason: FinishReason): Rollout {
  return {
    group: active.group,
    sample: active.sample,
    prompt,
    completion: Int32Array.from(active.tokens),
    logprobs: Float32Array.from(active.logprobs),
    entropy: Float32Array.from(active.entropy),
    finishReason,
  };
}
