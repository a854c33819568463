/**
 * The clock of all deadlines whose end changes what is recorded. It counts time in which this process ran: not that in which it was stopped (Ctrl-Z, a
 * debugger), nor that in which the machine slept, whatever the system's own clocks say of it. Nobody who waits for an answer could have taken it
 * meanwhile, and mostly nobody who owes one could have given it. It runs while somebody waits by it.
 */

/** Milliseconds between looks at the time. */
const tick = 25;
/** Milliseconds between two looks beyond which the process did not run in between. */
const longestGap = 100;

export interface RunningTime {
  /** Milliseconds that were counted so far. */
  now(): number;
  /**
   * Calls back once so many milliseconds more were counted, after all that had come in by then was heard: an answer that lies in its pipe is in
   * time. Returns what takes this back.
   */
  after(milliseconds: number, call: () => void): () => void;
}

interface Deadline {
  readonly at: number;
  readonly call: () => void;
}

/** `wall`: milliseconds of a clock that only goes on. */
export function runningTime(wall = (): number => performance.now()): RunningTime {
  const deadlines = new Set<Deadline>();
  let counted = 0;
  let lookedAt = 0;
  /** The process did not run before the last look, as far as is known. */
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  function count(): number {
    if (deadlines.size === 0) return counted;
    const time = wall();
    const gap = time - lookedAt;
    lookedAt = time;
    if (gap <= longestGap) counted += gap;
    // A machine too busy to look in time, again and again, gets on too.
    else if (stopped) counted += longestGap;
    stopped = gap > longestGap;
    return counted;
  }

  function wait(): void {
    const soonest = [...deadlines].reduce((least, { at }) => Math.min(least, at), Infinity);
    timer = setTimeout(look, Math.min(tick, Math.max(1, soonest - counted)));
  }

  function look(): void {
    timer = null;
    count();
    // Timers come before what lies in pipes: that is heard, and may take a deadline back, before this.
    for (const due of deadlines)
      if (due.at <= counted)
        setImmediate(() => {
          if (!deadlines.has(due)) return;
          end(due);
          due.call();
        });
    wait();
  }

  function end(deadline: Deadline): void {
    count();
    deadlines.delete(deadline);
    if (deadlines.size === 0 && timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
  }

  return {
    now: count,
    after(milliseconds, call) {
      if (deadlines.size === 0) {
        lookedAt = wall();
        stopped = false;
      }
      const deadline: Deadline = { at: count() + milliseconds, call };
      deadlines.add(deadline);
      if (timer === null) wait();
      return () => end(deadline);
    },
  };
}

/** That of this process. */
export const ownTime = runningTime();
