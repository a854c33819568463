/** Sampling: the prompt of a group is read once, finished sequences make room for waiting ones, and the old policy's numbers are kept. */
import type { Random } from "../shared/random";
import type { Decoded, DecodeRequest, Decoding, SamplingSettings } from "../engine/fused-operations";
import { decode } from "../models/decoder";
import { parameterCount, type Policy } from "../models/policy";
import type { FinishReason } from "../protocol/traces";
import { decodeStepwise } from "./decode-stepwise";
import { drawingOf, type Drawing } from "./drawing";
import { pieceLengths } from "./piece-lengths";
import { disposeReadPrompts, readPrompts } from "./read-prompts";
import { lengthAtStop, lookMilliseconds, stoppingTokens, stopWatch } from "./stop-strings";
import { budgetWatch, thinkingEnd, type ThinkingBudget } from "./thinking-budget";
import { largestOf } from "../shared/extremes";
import { UserError } from "../shared/user-error";

export interface GenerateOptions extends SamplingSettings, ThinkingBudget {
  readonly num_generations: number;
  readonly max_completion_length: number;
  /** Texts that end a completion and stay part of it. */
  readonly stop_strings: readonly string[];
  /** Stream of a sample; null: greedy. What a sample draws does not depend on what else is in the batch. */
  readonly random: ((group: number, sample: number) => Random) | null;
}

/** Samples of the whole distribution. */
export const plainSampling: SamplingSettings & Pick<GenerateOptions, "stop_strings"> = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  stop_strings: [],
};

/** One completion, with what was known of its tokens when they were drawn: the old policy. */
export interface Rollout {
  readonly group: number;
  readonly sample: number;
  readonly prompt: readonly number[];
  /** Token ids, what ended the completion included. */
  readonly completion: Int32Array;
  /** `[tokens]` log-probabilities and entropies at the sampling temperature, nats. */
  readonly logprobs: Float32Array;
  readonly entropy: Float32Array;
  readonly finishReason: FinishReason;
  /** `[tokens]` false for those that stand there in place of drawn ones, whose log-probability is 0; unset: all were drawn. */
  readonly learnt?: readonly boolean[];
}

/** A request for the decoder. Throws when prompt and completion cannot fit into the model's positions. */
export function decodeRequest(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): DecodeRequest {
  const { num_generations: samples, max_completion_length } = options;
  const longest = largestOf(prompts.map((prompt) => prompt.length));
  if (longest + max_completion_length > policy.config.max_position_embeddings) {
    throw new UserError(
      `A prompt of ${longest} tokens and a completion of up to ${max_completion_length} do not fit into the model's ` +
        `${policy.config.max_position_embeddings} positions: lower max_completion_length or raise max_position_embeddings.`,
    );
  }
  return {
    ...options,
    samples,
    uniforms: options.random && drawUniforms(options.random, prompts.length, samples, max_completion_length),
    stops: [...new Set([...policy.tokenizer.stops, ...stoppingTokens(policy.tokenizer, options.stop_strings)])],
  };
}

/** Milliseconds of drawing between two looks at what is asked of this process: a look costs a hundredth of one. */
const pieceMilliseconds = 250;

/**
 * Completions of each prompt, groups one after the other, samples of a group together. Throws when prompt and completion cannot fit into the
 * model's positions, and when the model's output is not a number.
 */
export function generate(policy: Policy, prompts: readonly (readonly number[])[], options: GenerateOptions): Rollout[] {
  const pieces = generateInPieces(policy, prompts, options, Infinity);
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}

/**
 * The same completions, to the same bits, while this process answers what it is asked. @param between called about four times a second with what is
 * drawn; false ends it, and what was drawn is lost: null.
 */
export async function generateWhile(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  between: (drawing: Drawing) => Promise<boolean>,
): Promise<Rollout[] | null> {
  const pieces = generateInPieces(policy, prompts, options, pieceMilliseconds);
  try {
    for (;;) {
      const piece = pieces.next();
      if (piece.done === true) return piece.value;
      if (!(await between(piece.value))) return null;
    }
  } finally {
    pieces.return([]);
  }
}

/** Gives way between pieces of about so many milliseconds, the last of which is followed by the completions. */
export function* generateInPieces(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
  milliseconds: number,
): Generator<Drawing, Rollout[], void> {
  if (prompts.length === 0) return [];
  const { stop_strings } = options;
  const { thinking_token_budget: budget } = options;
  const end = budget === undefined ? null : thinkingEnd(policy.tokenizer, options, prompts[0]!);
  const request = { ...decodeRequest(policy, prompts, options), stop_strings, inserted: end?.ids ?? [] };
  const read = readPrompts(policy, prompts);
  let decoding: Decoding | null = null;
  try {
    decoding = decode(policy, read, request) ?? decodeStepwise(policy, read, request);
    const drawing = drawingOf(decoding, request, prompts.length);
    const work = 2 * parameterCount(policy) * drawing.sequences;
    const pace = pieceLengths(milliseconds, work);
    const atStop = stopWatch(policy.tokenizer, request, drawing);
    const looks = pieceLengths(atStop ? lookMilliseconds : Infinity, work);
    const thinking = end && budgetWatch(policy.tokenizer, budget!, end, prompts, drawing);
    for (;;) {
      const rounds = Math.min(pace.rounds(), looks.rounds(), thinking?.rounds() ?? Infinity);
      const began = performance.now();
      const done = decoding.advance(rounds);
      const took = performance.now() - began;
      for (const each of [pace, looks]) each.took(rounds, took);
      if (done) break;
      for (const sequence of thinking?.look() ?? []) decoding.insert(sequence);
      if (atStop && looks.isDue()) for (const sequence of atStop.look()) decoding.end(sequence);
      if (pace.isDue()) yield drawing;
    }
    const decoded = decoding.decoded();
    return prompts.flatMap((prompt, group) =>
      Array.from({ length: request.samples }, (_, sample): Rollout => {
        const rollout = toRollout(policy, decoded, request, prompt, group, sample);
        const at = thinking?.insertedAt(group * request.samples + sample) ?? -1;
        return at < 0 || at >= rollout.completion.length ? rollout : withInserted(rollout, at, request.inserted.length);
      }),
    );
  } finally {
    decoding?.dispose();
    disposeReadPrompts(read);
  }
}

function drawUniforms(
  random: NonNullable<GenerateOptions["random"]>,
  groups: number,
  samples: number,
  length: number,
): Float64Array {
  const uniforms = new Float64Array(groups * samples * length);
  for (let sequence = 0; sequence < groups * samples; sequence++) {
    const draw = random(Math.floor(sequence / samples), sequence % samples);
    for (let position = 0; position < length; position++) uniforms[sequence * length + position] = draw();
  }
  return uniforms;
}

function toRollout(
  { tokenizer }: Policy,
  { tokens, logprobs, entropy, lengths }: Decoded,
  request: Pick<DecodeRequest, "samples" | "max_completion_length" | "stops"> & Pick<GenerateOptions, "stop_strings">,
  prompt: readonly number[],
  group: number,
  sample: number,
): Rollout {
  const sequence = group * request.samples + sample;
  const drawn = lengths[sequence]!;
  if (drawn < 0) {
    throw new UserError(
      `The model's output is not a finite number (sample ${sample} of group ${group}). ` +
        "Go back to a checkpoint before it, with a lower learning_rate.",
    );
  }
  const start = sequence * request.max_completion_length;
  const stopped = lengthAtStop(tokenizer, tokens.subarray(start, start + drawn), request.stop_strings);
  const length = stopped ?? drawn;
  const completion = tokens.slice(start, start + length);
  return {
    group,
    sample,
    prompt,
    completion,
    logprobs: logprobs.slice(start, start + length),
    entropy: entropy.slice(start, start + length),
    finishReason: stopped !== null || request.stops.includes(completion[length - 1]!) ? "stop" : "length",
  };
}

/** Of a completion that a stop string has not ended before. */
const withInserted = (rollout: Rollout, from: number, count: number): Rollout => ({
  ...rollout,
  learnt: Array.from(rollout.completion, (_, token) => token < from || token >= from + count),
});
