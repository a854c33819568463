/** Decoding by a loop in JavaScript: what is said of its completions between two pieces of it. */
import type { Decoded, DecodeRequest, Decoding } from "./fused-operations";

export interface DecodingMarks {
  /** Completions that end where they stand. */
  readonly ended: Set<number>;
  /** `[completions]` where the request's `inserted` begin; −1: nowhere. */
  readonly insertedAt: Int32Array;
}

export const newMarks = (completions: number): DecodingMarks => ({
  ended: new Set(),
  insertedAt: new Int32Array(completions).fill(-1),
});

/** The token that stands at a position in place of the drawn one; null: the drawn one does. */
export function insertedToken(
  { insertedAt }: DecodingMarks,
  { inserted = [] }: Pick<DecodeRequest, "inserted">,
  sequence: number,
  position: number,
): number | null {
  const at = insertedAt[sequence]!;
  return at < 0 || position < at ? null : (inserted[position - at] ?? null);
}

/** A loop that gives way after each token of the completions at work. */
export function decodingOf(decoded: Decoded, marks: DecodingMarks, rounds: Iterator<unknown, void>): Decoding {
  let done = false;
  return {
    decoded: () => decoded,
    advance(most) {
      for (let round = 0; round < most && !done; round++) done = rounds.next().done === true;
      return done;
    },
    end: (sequence) => void marks.ended.add(sequence),
    insert: (sequence) => void (marks.insertedAt[sequence] = decoded.lengths[sequence]!),
    dispose: () => void rounds.return?.(),
  };
}
