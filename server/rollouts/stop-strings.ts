/** Texts that end a completion, beside the model's own end tokens. */
import type { Tokenizer } from "../models/tokenizer";

type Reader = Pick<Tokenizer, "decode" | "texts">;

/**
 * Ids whose own text holds a stop string: sampling can end at them without looking back. A string that several tokens make is found by
 * {@link lengthAtStop} afterwards, to the same completion: what is drawn behind it depends on what stands before, never the other way round.
 */
export const stoppingTokens = ({ texts }: Reader, stopStrings: readonly string[]): number[] =>
  stopStrings.length === 0
    ? []
    : texts.flatMap((text, id) => (stopStrings.some((stop) => text.includes(stop)) ? [id] : []));

/**
 * Tokens up to the one that completes the first stop string of the completion's text, that token included; null: there is none.
 * @param completion `[tokens]`
 */
export function lengthAtStop(tokenizer: Reader, completion: Int32Array, stopStrings: readonly string[]): number | null {
  const stopsWithin = (length: number): boolean => {
    const text = tokenizer.decode(completion.subarray(0, length));
    return stopStrings.some((stop) => text.includes(stop));
  };
  if (stopStrings.length === 0 || !stopsWithin(completion.length)) return null;
  let [least, most] = [1, completion.length];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (stopsWithin(middle)) most = middle;
    else least = middle + 1;
  }
  return most;
}
