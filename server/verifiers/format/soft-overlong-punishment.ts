import { lengthOf, type CompletionLength } from "./measure";

/** TRL's names. */
export interface SoftOverlongOptions {
  /** Longest completion, in the unit of the completion's length. */
  readonly max_completion_len: number;
  /** Over so many before `max_completion_len` the punishment grows. */
  readonly soft_punish_cache: number;
}

/**
 * 0 up to `max_completion_len − soft_punish_cache`, from there down to −1 at `max_completion_len`, −1 beyond (DAPO, arXiv 2503.14476, equation 13;
 * TRL's `get_soft_overlong_punishment`). Counts tokens: give their number or the token ids.
 */
export function softOverlongPunishment(
  completion: CompletionLength,
  { max_completion_len, soft_punish_cache }: SoftOverlongOptions,
): number {
  if (!(max_completion_len > 0) || !(soft_punish_cache >= 0))
    throw new RangeError(
      `softOverlongPunishment: max_completion_len is above 0 and soft_punish_cache 0 or more, not ${max_completion_len} and ${soft_punish_cache}.`,
    );
  const length = lengthOf(completion);
  const free = max_completion_len - soft_punish_cache;
  if (length <= free) return 0;
  return length <= max_completion_len ? (free - length) / soft_punish_cache : -1;
}
