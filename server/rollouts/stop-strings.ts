/** Texts that end a completion, beside the model's own end tokens. */
import type { Tokenizer } from "../models/tokenizer";
import type { Drawing } from "./drawing";

type Reader = Pick<Tokenizer, "decode" | "texts">;

/**
 * Ids whose own text holds a stop string: sampling ends at them without looking back. A string that several tokens make is looked for now and then by
 * {@link stopWatch}, and {@link lengthAtStop} cuts off what was drawn behind it meanwhile, to the same completion: what is drawn behind it depends on
 * what stands before, never the other way round.
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
  return lengthWhere(completion.length, stopsWithin);
}

/** The smallest length for which something holds that holds for all greater ones, up to `longest`, for which it does. */
export function lengthWhere(longest: number, holds: (length: number) => boolean): number {
  let [least, most] = [1, longest];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (holds(middle)) most = middle;
    else least = middle + 1;
  }
  return most;
}

/** Milliseconds of drawing between two looks at the texts: a look costs about a hundredth of one for each completion. */
export const lookMilliseconds = 100;

/** Finds completions that hold a stop string, while they are drawn; null: none can be missed where they are drawn. */
export function stopWatch(
  tokenizer: Reader,
  { stop_strings }: { readonly stop_strings: readonly string[] },
  drawing: Pick<Drawing, "sequences" | "tokensOf" | "hasEnded">,
): { readonly look: () => number[] } | null {
  // A stop string of one character is within one token, and ends the completion there.
  const several = stop_strings.filter((stop) => Array.from(stop).length > 1);
  if (several.length === 0) return null;
  const seen = new Int32Array(drawing.sequences);
  /** Every token has a character of the string at least, or it is special and has none, which {@link lengthAtStop} sees in the end. */
  const longest = Math.max(...several.map((stop) => new TextEncoder().encode(stop).length));
  const isNew = (tokens: Int32Array, from: number): boolean => {
    const tail = tokenizer.decode(tokens.subarray(Math.max(0, from - longest - 4)));
    return several.some((stop) => tail.includes(stop));
  };
  return {
    look() {
      const ended: number[] = [];
      for (let sequence = 0; sequence < drawing.sequences; sequence++) {
        const tokens = drawing.tokensOf(sequence);
        const from = seen[sequence]!;
        if (from < 0 || tokens.length === from) continue;
        seen[sequence] = tokens.length;
        if (drawing.hasEnded(sequence)) seen[sequence] = -1;
        // The end of a text alone may seem to hold what the whole does not.
        else if (isNew(tokens, from) && lengthAtStop(tokenizer, tokens, several) !== null) {
          seen[sequence] = -1;
          ended.push(sequence);
        }
      }
      return ended;
    },
  };
}
