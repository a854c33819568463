/** A time in which something ran, in milliseconds. */
export interface Span {
  readonly started: number;
  readonly milliseconds: number;
}

/** Milliseconds in which at least one of them ran. */
export function covered(spans: readonly Span[]): number {
  let sum = 0;
  let until = -Infinity;
  for (const { started, milliseconds } of spans.toSorted((a, b) => a.started - b.started)) {
    const end = started + milliseconds;
    sum += Math.max(0, end - Math.max(started, until));
    until = Math.max(until, end);
  }
  return sum;
}
