/** Completions that lie one after the other, without padding: `[tokens]` values beside the `[completions]` lengths. */

/** Calls `visit` with the first token and the end of each completion. */
export function eachCompletion(
  lengths: readonly number[],
  visit: (start: number, end: number, completion: number) => void,
): void {
  let start = 0;
  lengths.forEach((length, completion) => {
    visit(start, start + length, completion);
    start += length;
  });
}

/** `[completions]` to `[tokens]`. */
export const perTokenOf = (perCompletion: readonly number[], lengths: readonly number[]): Float64Array =>
  Float64Array.from(lengths.flatMap((length, index) => Array<number>(length).fill(perCompletion[index]!)));

/** `[completions]` means of `[tokens]`; 0 for an empty completion. */
export function meansOf(perToken: ArrayLike<number>, lengths: readonly number[]): number[] {
  const means = lengths.map(() => 0);
  eachCompletion(lengths, (start, end, completion) => {
    for (let token = start; token < end; token++) means[completion]! += perToken[token]! / (end - start);
  });
  return means;
}

/** `[tokens]` of several completions, or batches of them, as those of one. */
export function concatenate(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
