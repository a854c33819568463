/** Which two completions of a group are compared. */
import { randomPermutation, randomStream } from "../shared/random";
import { orderedPair, type PreferencePair } from "./label";

export interface CompletionGroup {
  readonly prompt: string;
  readonly completions: readonly string[];
}

/**
 * One pair of different completions a group, drawn by the seed and not by what they scored: whoever labels is to say what a reward did not. A
 * prompt comes once, a group that says one thing only not at all.
 */
export function choosePairs(groups: readonly CompletionGroup[], seed: number): PreferencePair[] {
  const seen = new Set<string>();
  return groups.flatMap(({ prompt, completions }) => {
    const different = [...new Set(completions)];
    if (seen.has(prompt) || different.length < 2) return [];
    seen.add(prompt);
    const [first, second] = randomPermutation(randomStream(seed, "pair", prompt), different.length);
    return [orderedPair({ prompt, a: different[first!]!, b: different[second!]! })];
  });
}
