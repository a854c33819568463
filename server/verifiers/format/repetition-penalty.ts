import { wordsOf } from "./measure";

/** The names of TRL and open-r1. */
export interface RepetitionPenaltyOptions {
  readonly ngram_size?: number;
  /** The reward where everything is repeated: 0 or below. */
  readonly max_penalty?: number;
  /** Language of a text. Words stand between white space; in `zh`, `ja`, `th`, `lo`, `km` and `my`, a dictionary finds them. */
  readonly language?: string;
}

const unspaced = new Set(["zh", "ja", "th", "lo", "km", "my"]);

function wordsIn(text: string, language: string): string[] {
  const base = language.split("-")[0]!.toLowerCase();
  if (!unspaced.has(base)) return wordsOf(text);
  const segments = new Intl.Segmenter(language, { granularity: "word" }).segment(text);
  return Array.from(segments, ({ segment }) => segment).filter((segment) => segment.trim() !== "");
}

/** Different n-grams of a sequence. Each is a number made from its first items' number and its last item, so that no key is long. */
function differentNgrams(items: readonly (string | number)[], size: number): number {
  let numbers = items.map(() => 0);
  let different = 0;
  for (let width = 1; width <= size; width++) {
    const known = new Map<string, number>();
    numbers = numbers.slice(0, items.length - width + 1).map((prefix, start) => {
      const key = `${prefix} ${items[start + width - 1]!}`;
      const found = known.get(key) ?? known.size;
      known.set(key, found);
      return found;
    });
    different = known.size;
  }
  return different;
}

/**
 * `max_penalty · (1 − different n-grams / n-grams)` (arXiv 2502.03373, appendix C.2), 0 for fewer than `ngram_size` words. On a text: open-r1's
 * `repetition_penalty_reward`, over lower-case words. On token ids: TRL's. open-r1 finds Chinese words with jieba, here the runtime's
 * dictionary does, which divides some texts otherwise.
 */
export function repetitionPenalty(
  completion: string | readonly number[],
  { ngram_size = 3, max_penalty = -1, language = "en" }: RepetitionPenaltyOptions = {},
): number {
  if (!(max_penalty <= 0))
    throw new RangeError(`repetitionPenalty: max_penalty ${max_penalty} should not be positive.`);
  if (!Number.isInteger(ngram_size) || ngram_size < 1)
    throw new RangeError(`repetitionPenalty: ngram_size is a whole number from 1 on, not ${ngram_size}.`);
  const items = typeof completion === "string" ? wordsIn(completion.toLowerCase(), language) : completion;
  const total = items.length - ngram_size + 1;
  if (total <= 0) return 0;
  const repeated = 1 - differentNgrams(items, ngram_size) / total;
  return repeated === 0 ? 0 : repeated * max_penalty;
}
