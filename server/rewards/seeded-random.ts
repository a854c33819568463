import { randomStream } from "../shared/random";

/**
 * A number in [0, 1) that follows from what is given, in place of `Math.random()`: the same for the same row and completion in every resume and re-score.
 * What is given may be anything that JSON can write.
 */
export function seededRandom(from: unknown, and?: unknown): number {
  return randomStream(JSON.stringify([from, and ?? null]))();
}
