/**
 * Random numbers that are derived, not drawn: a stream is a function of its key (seed, purpose, stage, step, …), so that a resumed run makes
 * the numbers of the run that was not interrupted, and a rollout does not depend on what shares its batch.
 */

/** Uniform numbers in [0, 1). */
export type Random = () => number;

/** 32-bit finaliser of MurmurHash3 (Appleby 2011). */
export function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over the UTF-16 units of a text, mixed: a stable 32-bit hash. */
export function hashText(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return mixed(hash);
}

/** The stream of a key: sfc32 (Doty-Humphrey, PractRand) seeded by four hashes of the key. */
export function randomStream(...key: readonly (number | string)[]): Random {
  const text = key.join("\u0000");
  let a = hashText(text, 1);
  let b = hashText(text, 2);
  let c = hashText(text, 3);
  let counter = hashText(text, 4) | 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** Whole number from `low` to `high`, both included. */
export function randomInteger(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One number from N(0, 1), by Box and Muller. */
export function randomNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A permutation of 0 … length − 1 (Fisher and Yates). */
export function randomPermutation(random: Random, length: number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let index = length - 1; index > 0; index--) {
    const other = randomInteger(random, 0, index);
    const moved = order[index]!;
    order[index] = order[other]!;
    order[other] = moved;
  }
  return order;
}
