/**
 * Near-duplicates by the overlap of token n-grams. MinHash (Broder 1997) with bands finds candidates without comparing all with all; what is
 * found is compared exactly, so a text is only called a near-duplicate when it is one.
 */
import { hashText } from "../../shared/random";

const bands = 16;
/** With 16 bands of 4, a pair with a similarity of 0.8 is a candidate with probability 0.9998, one of 0.7 with 0.99. */
const rowsPerBand = 4;
/** Below this the bands would miss too many. */
export const leastSimilarity = 0.7;

/** Words, numbers and signs. */
export const tokensOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+|\d+|[^\s\p{L}\d]/gu) ?? [];

/** The n-grams of a text's tokens; a shorter text is one n-gram. */
export function ngrams(text: string, size: number): Set<string> {
  const tokens = tokensOf(text);
  const count = Math.max(1, tokens.length - size + 1);
  return new Set(Array.from({ length: count }, (_, start) => tokens.slice(start, start + size).join("\u0000")));
}

/** Jaccard similarity: n-grams of both / n-grams of either. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const each of a) if (b.has(each)) both++;
  return both / (a.size + b.size - both);
}

function bandKeys(grams: ReadonlySet<string>): string[] {
  const least = new Array<number>(bands * rowsPerBand).fill(0xffffffff);
  for (const gram of grams)
    for (let row = 0; row < least.length; row++) {
      const hash = hashText(gram, row + 1);
      if (hash < least[row]!) least[row] = hash;
    }
  return Array.from(
    { length: bands },
    (_, band) => `${band}:${least.slice(band * rowsPerBand, (band + 1) * rowsPerBand).join()}`,
  );
}

export interface Compared {
  /** The id of a kept text that this one nearly is, or null. */
  readonly twin: number | null;
  /** Later ones are compared with this one too. */
  keep(id: number): void;
}

export interface DuplicateIndex {
  /** Compares a text with those that were kept. `scope`: only texts of the same are compared. */
  compare(text: string, scope: string): Compared;
}

/** Throws when the threshold is below what the bands can find. */
export function duplicateIndex(threshold: number, size = 3): DuplicateIndex {
  if (!(threshold >= leastSimilarity && threshold <= 1))
    throw new RangeError(`near-duplicates: the threshold is between ${leastSimilarity} and 1, not ${threshold}.`);
  const kept = new Map<number, ReadonlySet<string>>();
  const byBand = new Map<string, number[]>();
  return {
    compare(text, scope) {
      const grams = ngrams(text, size);
      const keys = bandKeys(grams).map((key) => `${key}:${scope}`);
      const candidates = new Set(keys.flatMap((key) => byBand.get(key) ?? []));
      return {
        twin: [...candidates].find((candidate) => similarity(grams, kept.get(candidate)!) >= threshold) ?? null,
        keep(id) {
          kept.set(id, grams);
          for (const key of keys) byBand.set(key, [...(byBand.get(key) ?? []), id]);
        },
      };
    },
  };
}
