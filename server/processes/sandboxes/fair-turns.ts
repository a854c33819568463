/** A number of places for work, given to those who ask in turn: who asks for much waits behind who asks for little. */

/** Who asks; places are shared between these, whatever number each asks for. */
export type Asker = object;

export interface FairTurns {
  /** Resolves once there is a place, which `leave` gives back; false: `drop` came first. */
  readonly enter: (asker: Asker) => Promise<boolean>;
  readonly leave: (asker: Asker) => void;
  /** What an asker waits for is given up. What it has it gives back itself. */
  readonly drop: (asker: Asker) => void;
}

type Waiting = (entered: boolean) => void;

/**
 * A free place goes to the asker that has the fewest, and of these to the one that had its last turn longest ago. `patience`: milliseconds after which
 * an asker that has no place gets one beyond `places`: the others may hold theirs for minutes.
 */
export function fairTurns(places: number, patience: number): FairTurns {
  /** None of the lists is empty. */
  const waiting = new Map<Asker, Waiting[]>();
  /** Numbers of their last turns. */
  const lastTurns = new WeakMap<Asker, number>();
  let turns = 0;
  const held = new Map<Asker, number>();
  const timers = new Map<Asker, NodeJS.Timeout>();
  let taken = 0;
  const heldBy = (asker: Asker): number => held.get(asker) ?? 0;
  const count = (asker: Asker, change: 1 | -1): void => {
    taken += change;
    const now = heldBy(asker) + change;
    if (now === 0) held.delete(asker);
    else held.set(asker, now);
    if (change === 1) lastTurns.set(asker, ++turns);
  };
  const stopTimer = (asker: Asker): void => {
    clearTimeout(timers.get(asker));
    timers.delete(asker);
  };
  const watch = (asker: Asker): void => {
    if (timers.has(asker) || heldBy(asker) > 0 || !waiting.has(asker)) return;
    timers.set(
      asker,
      setTimeout(() => {
        timers.delete(asker);
        if (heldBy(asker) === 0) admit(asker);
      }, patience),
    );
  };
  function admit(asker: Asker): void {
    const queue = waiting.get(asker);
    const first = queue?.shift();
    if (queue === undefined || first === undefined) return;
    if (queue.length === 0) waiting.delete(asker);
    stopTimer(asker);
    count(asker, 1);
    first(true);
  }
  const isBefore = (one: Asker, other: Asker): boolean => {
    const [fewer, more] = [heldBy(one), heldBy(other)];
    return fewer === more ? (lastTurns.get(one) ?? 0) < (lastTurns.get(other) ?? 0) : fewer < more;
  };
  const next = (): Asker | null => {
    let best: Asker | null = null;
    for (const asker of waiting.keys()) if (best === null || isBefore(asker, best)) best = asker;
    return best;
  };
  return {
    enter(asker) {
      if (taken < places) {
        count(asker, 1);
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const queue = waiting.get(asker);
        if (queue) queue.push(resolve);
        else waiting.set(asker, [resolve]);
        watch(asker);
      });
    },
    leave(asker) {
      count(asker, -1);
      for (let best = next(); best !== null && taken < places; best = next()) admit(best);
      watch(asker);
    },
    drop(asker) {
      const queue = waiting.get(asker) ?? [];
      waiting.delete(asker);
      stopTimer(asker);
      for (const waits of queue) waits(false);
    },
  };
}
