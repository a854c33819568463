import { isCorrect, lengthOf, type CompletionLength, type Correctness } from "./measure";

/** TRL's names and defaults. */
export interface CosineOptions {
  /** The length at which the reward has gone its whole way, in the unit of the completion's length. */
  readonly max_len: number;
  readonly min_value_wrong?: number;
  readonly max_value_wrong?: number;
  readonly min_value_correct?: number;
  readonly max_value_correct?: number;
  /** Beyond `max_len` the reward stays as it is there, as in TRL. false: it swings back, as in open-r1. */
  readonly clamp?: boolean;
  /** What a sample gets whose gold answer cannot be parsed: null, as in TRL; open-r1 gives 1. */
  readonly unknown?: number | null;
}

/**
 * A reward on a cosine over the length (arXiv 2502.03373): a right answer goes from `max_value_correct` at length 0 down to `min_value_correct` at
 * `max_len`, a wrong one from `min_value_wrong` up to `max_value_wrong`. TRL's and open-r1's `cosine_scaled_reward`:
 * `to + ½ (from − to) (1 + cos(π · length / max_len))`. TRL counts tokens (give a number or token ids), open-r1 characters (give the text).
 */
export function cosine(completion: CompletionLength, correct: Correctness, options: CosineOptions): number | null {
  const { max_len, min_value_wrong = -1, max_value_wrong = -0.5, min_value_correct = 0.5 } = options;
  const { max_value_correct = 1, clamp = true, unknown = null } = options;
  if (!(max_len > 0)) throw new RangeError(`cosine: max_len is a number above 0, not ${max_len}.`);
  if (correct === null) return unknown;
  const share = lengthOf(completion) / max_len;
  const progress = clamp ? Math.min(1, share) : share;
  const [from, to] = isCorrect(correct) ? [max_value_correct, min_value_correct] : [min_value_wrong, max_value_wrong];
  return to + 0.5 * (from - to) * (1 + Math.cos(Math.PI * progress));
}
