import { randomInteger } from "../shared/random";
import type { Random } from "../shared/random";

export const alphabet = "abcdefghijklmnopqrstuvwxyz";

/** A word of `length` of the first `letters` letters. */
export function drawWord(random: Random, length: number, letters: number): string {
  return Array.from({ length }, () => alphabet[randomInteger(random, 0, letters - 1)]!).join("");
}
