/** Spearman's rank correlation. */

/** `[values]` ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let at = start; at < end; at++) result[order[at]!] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

/**
 * Pearson's correlation of the ranks (Spearman 1904), ties at their mean rank; between −1 and 1. Null of fewer than two pairs, and where one side is the same
 * everywhere: then nothing is ranked. Throws an Error when the sides are not as long as each other.
 */
export function spearman(left: readonly number[], right: readonly number[]): number | null {
  if (left.length !== right.length)
    throw new Error(`${left.length} values have no rank correlation with ${right.length}.`);
  const [a, b] = [ranks(left), ranks(right)];
  const centre = (left.length + 1) / 2;
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [index, rank] of a.entries()) {
    const [x, y] = [rank - centre, b[index]! - centre];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  if (squareA === 0 || squareB === 0) return null;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareA * squareB)));
}
