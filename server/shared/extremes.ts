/**
 * The largest of any number of values, and `least` of none. `Math.max(...values)` puts each on the stack, which 100,000 of a long run overflow.
 */
export function largestOf(values: Iterable<number>, least = -Infinity): number {
  let largest = least;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

/** As {@link largestOf}, of the smallest. */
export function smallestOf(values: Iterable<number>, most = Infinity): number {
  let smallest = most;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}
