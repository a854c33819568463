/** Decoding by the model's own forward pass, a token of every active sequence at a time: for backends without a kernel for it. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import type { DecodeRequest, Decoded, Decoding, KeyValueCache, ReadPrompts } from "../engine/fused-operations";
import { decodingOf, insertedToken, newMarks, type DecodingMarks } from "../engine/decoding-marks";
import type { Policy } from "../models/policy";
import { forward, headShape, outputTable, windowed } from "../models/transformer";
import { sampleToken } from "../engine/composed/sample-token";
import { largestOf } from "../shared/extremes";

/** Numbers of the cache: beyond it sequences wait until others have ended. */
const cacheBudget = 2 ** 27;

interface Active {
  readonly sequence: number;
  /** Place in the cache. */
  readonly slot: number;
  /** Tokens of its prompt. */
  readonly prompt: number;
  /** Tokens drawn so far. */
  length: number;
}

/** A token that was drawn for a sequence. */
export interface DrawnToken {
  readonly sequence: number;
  /** Within the completion. */
  readonly position: number;
  /** Row `row` of `logits` `[rows, vocabulary]` is what it was drawn from. */
  readonly logits: Float32Array;
  readonly row: number;
}

/** @param slots sequences that are decoded at a time; unset: as many as the cache's budget allows. */
export function decodeStepwise(
  policy: Policy,
  prompts: ReadPrompts,
  request: DecodeRequest,
  slots = slotsWithin(policy, prompts, request),
): Decoding {
  const decoded = emptyDecoded(prompts, request);
  const marks = newMarks(decoded.lengths.length);
  return decodingOf(decoded, marks, tokensStepwise(policy, prompts, request, decoded, slots, marks));
}

export function emptyDecoded(prompts: ReadPrompts, { samples, max_completion_length: most }: DecodeRequest): Decoded {
  const sequences = prompts.lengths.length * samples;
  return {
    tokens: new Int32Array(sequences * most),
    logprobs: new Float32Array(sequences * most),
    entropy: new Float32Array(sequences * most),
    lengths: new Int32Array(sequences),
  };
}

/** Decodes into `decoded`; gives way after each token of the sequences that are at work, and says which were drawn. */
export function* tokensStepwise(
  policy: Policy,
  prompts: ReadPrompts,
  request: DecodeRequest,
  decoded: Decoded,
  slots = slotsWithin(policy, prompts, request),
  marks: DecodingMarks = newMarks(decoded.lengths.length),
): Generator<readonly DrawnToken[], void, void> {
  const { samples, max_completion_length: most } = request;
  const vocabulary = policy.config.vocab_size;
  const sequences = prompts.lengths.length * samples;
  const stops = new Set(request.stops);
  let drawnNow: DrawnToken[] = [];

  /** Draws the next token of a sequence and records it; false when the sequence has ended. */
  const draw = (sequence: number, position: number, logits: Float32Array, row: number): boolean => {
    const at = sequence * most + position;
    const drawn = sampleToken(logits, row, vocabulary, request, request.uniforms?.[at] ?? null);
    const sane = Number.isFinite(drawn.logprob);
    const inserted = sane ? insertedToken(marks, request, sequence, position) : null;
    const token = inserted ?? drawn.token;
    decoded.tokens[at] = token;
    decoded.logprobs[at] = inserted === null ? drawn.logprob : 0;
    decoded.entropy[at] = drawn.entropy;
    decoded.lengths[sequence] = sane ? position + 1 : -1;
    drawnNow.push({ sequence, position, logits, row });
    return sane && position + 1 < most && !stops.has(token);
  };

  const length = largestOf(prompts.lengths) + most;
  const promptRows = prompts.lengths.reduce((sum, count) => sum + count, 0);
  const firstRow = prompts.lengths.map((_, index) => prompts.lengths.slice(0, index).reduce((a, b) => a + b, 0));
  const promptSlots = Math.ceil(promptRows / length);
  const cache = fused().createCache(
    policy.config.num_hidden_layers,
    promptSlots + slots,
    length,
    headShape(policy.config),
  );
  try {
    tf.tidy(() => {
      const rows = tf.range(0, promptRows, 1, "int32");
      prompts.keys.forEach((keys, layer) => cache.write(layer, keys, prompts.values[layer]!, rows));
    });
    const firstLogits = prompts.logits.dataSync<"float32">();
    const free = Array.from({ length: slots }, (_, index) => promptSlots + slots - 1 - index);
    let waiting = 0;
    let active: Active[] = [];
    for (;;) {
      while (waiting < sequences && free.length > 0) {
        const sequence = waiting++;
        const group = Math.floor(sequence / samples);
        if (!draw(sequence, 0, firstLogits, group)) continue;
        const slot = free.pop()!;
        const prompt = prompts.lengths[group]!;
        cache.copyRows(firstRow[group]!, slot * length, prompt);
        active.push({ sequence, slot, prompt, length: 1 });
      }
      yield drawnNow;
      drawnNow = [];
      active = active.filter(({ sequence, slot }) => {
        if (!marks.ended.has(sequence)) return true;
        free.push(slot);
        return false;
      });
      if (active.length === 0 && waiting === sequences) return;
      if (active.length === 0) continue;
      const batch = active;
      const logits = tf.tidy(() => readNewest(policy, cache, length, batch, decoded, most));
      active = batch.filter((row, index) => {
        if (draw(row.sequence, row.length++, logits, index)) return true;
        free.push(row.slot);
        return false;
      });
    }
  } finally {
    cache.dispose();
  }
}

function slotsWithin(policy: Policy, prompts: ReadPrompts, request: DecodeRequest): number {
  const { num_hidden_layers, num_key_value_heads, head_dim } = policy.config;
  const length = largestOf(prompts.lengths) + request.max_completion_length;
  const numbers = 2 * num_hidden_layers * num_key_value_heads * head_dim * length;
  return Math.min(prompts.lengths.length * request.samples, Math.max(1, Math.floor(cacheBudget / numbers)));
}

/** Logits `[active, vocabulary]` behind the newest token of each sequence. */
function readNewest(
  policy: Policy,
  cache: KeyValueCache,
  length: number,
  active: readonly Active[],
  decoded: Decoded,
  most: number,
): Float32Array {
  const position = ({ prompt, length: drawn }: Active): number => prompt + drawn - 1;
  const table = active.flatMap((row, index) => [index, 1, row.slot * length, position(row) + 1]);
  const sequences = {
    table: tf.tensor2d(table, [active.length, 4], "int32"),
    count: active.length,
    longest: largestOf(active.map((row) => position(row) + 1)),
  };
  const tokens = active.map((row) => decoded.tokens[row.sequence * most + row.length - 1]!);
  const at = tf.tensor1d(
    active.map((row) => row.slot * length + position(row)),
    "int32",
  );
  const positions = tf.tensor1d(active.map(position), "int32");
  const hidden = forward(policy, tf.tensor1d(tokens, "int32"), positions, (layer, q, k, v) => {
    cache.write(layer, k, v, at);
    return cache.attend(layer, q, windowed(policy.config, layer, sequences));
  });
  return fused().linear(hidden, outputTable(policy)).dataSync<"float32">();
}
