/** How many calls of a reward may run at a time, how fast they follow each other, and which are made again. */
import type { CallLimits } from "../protocol/rewards";

export interface CallGate {
  /** Waits for a turn; `undefined` where the call may be made at once, so that rewards without limits are called one after the other. */
  enter(): Promise<void> | undefined;
  leave(): void;
}

/** Turns are given in the order in which they are asked for. */
export function callGate({ max_concurrent, requests_per_second }: CallLimits): CallGate {
  const waiting: (() => void)[] = [];
  const interval = requests_per_second === null ? 0 : 1000 / requests_per_second;
  let running = 0;
  let nextAt = 0;
  let timer: NodeJS.Timeout | null = null;
  const ready = (): boolean => running < max_concurrent && (interval === 0 || performance.now() >= nextAt);
  const take = (): void => {
    running++;
    nextAt = Math.max(performance.now(), nextAt) + interval;
  };
  const admit = (): void => {
    while (waiting.length > 0 && ready()) {
      take();
      waiting.shift()!();
    }
    if (waiting.length === 0 || running >= max_concurrent || timer !== null) return;
    timer = setTimeout(
      () => {
        timer = null;
        admit();
      },
      Math.max(1, nextAt - performance.now()),
    );
  };
  return {
    enter() {
      if (waiting.length === 0 && ready()) {
        take();
        return undefined;
      }
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      admit();
      return turn;
    },
    leave() {
      running--;
      admit();
    },
  };
}

/** What an error of user code carries by a name; null without it, or where looking at it throws. */
function carried(error: unknown, name: string): unknown {
  try {
    return typeof error === "object" && error !== null ? Reflect.get(error, name) : null;
  } catch {
    return null;
  }
}

/** Longest wait that an error may ask for, in seconds. */
export const longestWait = 600;

/** Seconds to wait before a call that threw is made again; null: it is not. An error says `retry: false`, or how long by `retryAfter`. */
export function retryWait(error: unknown, tried: number, { retries, retry_delay }: CallLimits): number | null {
  if (tried > retries || carried(error, "retry") === false) return null;
  const asked = carried(error, "retryAfter");
  const wait = retry_delay * 2 ** (tried - 1);
  return Math.min(longestWait, typeof asked === "number" && asked > wait ? asked : wait);
}

export const waitSeconds = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));
