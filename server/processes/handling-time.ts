/**
 * How much of this process' time goes to what one child says. Whoever says more than that is not read for a while: its pipe fills, and it waits with its next
 * word. Meanwhile this process hears the others, its timers and its person.
 */
import type { Readable } from "node:stream";

export interface HandlingLimits {
  /** Of the time, in the long run. */
  readonly share: number;
  /** Milliseconds that it may take at once beyond that: honest messages come in bursts, as a step is scored. */
  readonly burst: number;
  /** Milliseconds after which others have their turn, also within the burst. */
  readonly turn: number;
}

export const halfOfTheTime: HandlingLimits = { share: 0.5, burst: 1000, turn: 10 };

/** Bytes that are handled before the time is looked at; more where a message is longer. */
const pieceBytes = 4096;

const newline = 0x0a;

/** Milliseconds that may be taken, as they come in and are spent. */
function allowance({ share, burst }: HandlingLimits, now: () => number) {
  let left = burst;
  let last = now();
  const look = (): void => {
    const time = now();
    left = Math.min(burst, left + (time - last) * share);
    last = time;
  };
  return {
    spend(milliseconds: number): void {
      look();
      left -= milliseconds;
    },
    /** Milliseconds until there is something to spend. */
    wait(): number {
      look();
      return left > 0 ? 0 : -left / share;
    },
  };
}

/** In milliseconds; each only goes on. */
export interface HandlingClocks {
  readonly now: () => number;
  /** What this process has worked: time in which others had the processor is nobody's fault. Where the system counts it in large steps only, as `now`. */
  readonly worked: () => number;
}

const systemClocks: HandlingClocks = {
  now: () => performance.now(),
  worked() {
    if (process.platform === "win32") return performance.now();
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export interface HandlingTime {
  /** Has a stream's bytes handled as they come: in order, all of them before its `end` is heard, and in pieces that end with a line where it has lines. */
  readonly hear: (stream: Readable, handle: (piece: Buffer) => void) => void;
}

/** Of one child, for all its streams. */
export function handlingTime(limits = halfOfTheTime, { now, worked } = systemClocks): HandlingTime {
  const allowed = allowance(limits, now);
  return {
    hear(stream, handle) {
      let rest: Buffer = Buffer.alloc(0);
      let busy = false;
      let ended = false;
      const takePiece = (): Buffer => {
        const end = rest.indexOf(newline, pieceBytes - 1);
        const piece = end < 0 ? rest : rest.subarray(0, end + 1);
        rest = rest.subarray(piece.length);
        return piece;
      };
      const later = (milliseconds: number): void => {
        stream.pause();
        if (milliseconds > 0) setTimeout(() => goOn(now()), milliseconds);
        else setImmediate(() => goOn(now()));
      };
      /** `began`: this turn. */
      const goOn = (began: number): void => {
        if (rest.length === 0) {
          busy = false;
          if (!ended) stream.resume();
          return;
        }
        const before = worked();
        handle(takePiece());
        // Behind all promises that the messages have settled: what follows from a message is part of its time.
        queueMicrotask(() =>
          process.nextTick(() => {
            allowed.spend(worked() - before);
            const wait = allowed.wait();
            if (wait > 0 || now() - began >= limits.turn) later(wait);
            else goOn(began);
          }),
        );
      };
      stream.on("data", (chunk: Buffer) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        if (busy) return;
        busy = true;
        goOn(now());
      });
      // It says no more: what is left is what its pipe held.
      stream.once("end", () => {
        ended = true;
        while (rest.length > 0) handle(takePiece());
      });
    },
  };
}
