/** Which pair comes next, and which completion stands left. */
import { hashText, randomStream } from "../shared/random";
import { orderedPair, pairId } from "./label";
import type { PreferencePair } from "./label";

export interface ScoredPair extends PreferencePair {
  /** A reward model's scores; null without. */
  readonly scores: { readonly a: number; readonly b: number } | null;
}

/** P(a is preferred) by Bradley and Terry: σ(score of a − score of b). */
const preference = ({ a, b }: { readonly a: number; readonly b: number }): number => 1 / (1 + Math.exp(b - a));

/** How far the scorer is from sure, 0.5 (even) down to 0; null without scores. */
export function uncertainty({ scores }: ScoredPair): number | null {
  return scores === null ? null : 0.5 - Math.abs(preference(scores) - 0.5);
}

/**
 * Most uncertain first. Pairs without scores come before, since nothing is known of them; what is as uncertain stands in an order of the seed, so
 * that it does not follow from the order that rollouts were made in.
 */
export function mostUncertainFirst<T extends ScoredPair>(pairs: readonly T[], seed: number): T[] {
  return pairs
    .map((pair) => ({ pair, doubt: uncertainty(pair) ?? 1, place: hashText(pairId(pair), seed) }))
    .sort((x, y) => y.doubt - x.doubt || x.place - y.place)
    .map(({ pair }) => pair);
}

/**
 * The completion that stands left: even odds by seed, pair and pass, so that neither a side nor the other pass says anything of it, and a reload
 * shows the same. `a` and `b` are those of `orderedPair`.
 */
export function leftSide(pair: PreferencePair, seed: number, pass: number): "a" | "b" {
  return randomStream(seed, "left side", pairId(orderedPair(pair)), pass)() < 0.5 ? "a" : "b";
}

/** What a key says, as the choice that is written. */
export function choiceOf(key: "left" | "right" | "tie" | "skip", left: "a" | "b"): "a" | "b" | "tie" | "skip" {
  if (key === "left") return left;
  if (key === "right") return left === "a" ? "b" : "a";
  return key;
}
