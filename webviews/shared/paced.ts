/** Drawing what a run writes takes time from the run where both share a machine: the slower it is, the more seldom it is done. */

/** Milliseconds between two beginnings, at least and at most. */
const least = 1000;
const most = 3000;
/** Between two beginnings there is so many times what the work takes. */
const share = 20;

export interface Clock {
  readonly now: () => number;
  readonly later: (call: () => void, milliseconds: number) => void;
  /** Ends when what was drawn is on the screen. */
  readonly drawn: () => Promise<void>;
}

const browserClock: Clock = {
  now: () => performance.now(),
  later: (call, milliseconds) => void setTimeout(call, milliseconds),
  drawn: () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        setTimeout(resolve, 0);
      });
    }),
};

/**
 * Does work at the first hint, then as often as it can be afforded, the last time after the last hint. A hint that comes after a pause is heard at once.
 */
export function paced(work: () => Promise<void>, clock: Clock = browserClock): () => void {
  let asked = false;
  let busy = false;
  const begin = async (): Promise<void> => {
    busy = true;
    asked = false;
    const began = clock.now();
    await work().catch(() => undefined);
    await clock.drawn();
    const taken = clock.now() - began;
    const wait = began + Math.min(most, Math.max(least, share * taken)) - clock.now();
    clock.later(
      () => {
        busy = false;
        if (asked) void begin();
      },
      Math.max(0, wait),
    );
  };
  return () => {
    asked = true;
    if (!busy) void begin();
  };
}
