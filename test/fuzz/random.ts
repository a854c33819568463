/** What is drawn under a seed. */
import { randomNumbers } from "../harness/random.mjs";

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from 0 to `count` − 1. */
  below(count: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function randomOf(seed: number): Random {
  const next = randomNumbers(seed);
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (share) => next() < share,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error("Nothing to choose from.");
      return list[below(list.length)]!;
    },
  };
}
