/**
 * Unbiased pass@k of one prompt: the chance that k of its n samples, drawn without replacement, hold a right one; 1 − C(n−c, k)/C(n, k)
 * (Chen et al. 2021, arXiv 2107.03374, eq. 1), as a product so that it does not overflow.
 *
 * @param n samples of the prompt, @param c right ones among them, @param k at most n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (k > n) throw new Error(`pass@${k} needs at least ${k} samples a prompt; there are ${n}.`);
  if (n - c < k) return 1;
  let miss = 1;
  for (let i = n - c + 1; i <= n; i++) miss *= 1 - k / i;
  return 1 - miss;
}
