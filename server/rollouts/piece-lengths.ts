/** How many tokens of each completion are drawn in one go, so that a piece takes about as long as it is to. */

export interface PieceLengths {
  /** Tokens of each completion in the next piece. */
  readonly rounds: () => number;
  readonly took: (rounds: number, milliseconds: number) => void;
  /** Whether it is time to give way. */
  readonly isDue: () => boolean;
}

/** Floating-point operations a millisecond of a slow machine: what the first piece is sized by. */
const slow = 1e7;
/** A piece is at most so many times as long as the one before. */
const growth = 8;

/** @param work floating-point operations of a round @param milliseconds of a piece; Infinity: all is one. */
export function pieceLengths(milliseconds: number, work: number): PieceLengths {
  if (milliseconds === Infinity) return { rounds: () => Infinity, took: () => undefined, isDue: () => false };
  let next = Math.max(1, Math.floor((milliseconds * slow) / work));
  let since = 0;
  return {
    rounds: () => next,
    took(rounds, taken) {
      since += taken;
      const fitting = (rounds * milliseconds) / Math.max(taken, 1e-3);
      next = Math.max(1, Math.floor(Math.min(fitting, growth * rounds)));
    },
    isDue() {
      if (since < milliseconds / 2) return false;
      since = 0;
      return true;
    },
  };
}
