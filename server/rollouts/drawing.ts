/** Completions while they are drawn. */
import type { DecodeRequest, Decoding } from "../engine/fused-operations";

/** Prompts of which completions are drawn together. */
export interface DrawnTogether {
  /** Token ids, and texts. */
  readonly encoded: readonly (readonly number[])[];
  readonly prompts: readonly string[];
  /** Number of the first group. */
  readonly firstGroup: number;
}

export interface Drawing {
  /** Completions, groups one after the other. */
  readonly sequences: number;
  /** Of each group. */
  readonly samples: number;
  /** Longest that one may become. */
  readonly most: number;
  /** Tokens of a completion so far; 0: it waits. The memory is the engine's: to be read at once. */
  readonly tokensOf: (sequence: number) => Int32Array;
  /** Whether a completion has ended. */
  readonly hasEnded: (sequence: number) => boolean;
  /** Tokens drawn so far, of all. */
  readonly tokens: () => number;
}

export function drawingOf(
  decoding: Pick<Decoding, "decoded">,
  { samples, max_completion_length: most, stops }: DecodeRequest,
  groups: number,
): Drawing {
  const sequences = groups * samples;
  const ending = new Set(stops);
  const tokensOf = (sequence: number): Int32Array => {
    const { tokens, lengths } = decoding.decoded();
    return tokens.subarray(sequence * most, sequence * most + Math.max(0, lengths[sequence]!));
  };
  return {
    sequences,
    samples,
    most,
    tokensOf,
    hasEnded(sequence) {
      const length = decoding.decoded().lengths[sequence]!;
      return length < 0 || length === most || (length > 0 && ending.has(tokensOf(sequence)[length - 1]!));
    },
    tokens: () => decoding.decoded().lengths.reduce((sum, length) => sum + Math.max(0, length), 0),
  };
}
