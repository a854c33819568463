/**
 * Reward processes that are started before they are needed, each for a folder of its own in which its bundle will lie: cases that run again after each save
 * wait for no start. One scores one reward of one version, as every other, and is not used again.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeScratchFolder, type ScratchFolder } from "../scratch-folder";
import type { ChannelHandlers, ChildChannel } from "../child-channel";

/** A process that has loaded nothing yet. */
export interface Spare {
  /** Where the bundle goes, which is all that it may read. */
  readonly folder: string;
  /** It, with who hears it from now on; null: it has ended meanwhile. */
  take(handlers: ChannelHandlers): ChildChannel | null;
  /** Removes the folder. */
  remove(): void;
}

export interface SpareProcesses {
  /** One that is ready, else a folder for one that is not. */
  next(): Spare;
  /** Has as many ready as were taken since, once nothing is waited for. */
  refill(): void;
  close(): void;
}

/** Processes that wait, 50 MB each. */
const mostWaiting = 2;
/** Milliseconds that one waits for. */
const longestWait = 300_000;

interface Waiting {
  readonly folder: string;
  readonly channel: ChildChannel;
  handlers: ChannelHandlers | null;
}

/** `start`: a process that may read a folder. */
export function spareProcesses(start: (folder: string, handlers: ChannelHandlers) => ChildChannel): SpareProcesses {
  let scratch: ScratchFolder | null = null;
  let made = 0;
  let taken = 0;
  const waiting: Waiting[] = [];
  let idle: NodeJS.Timeout | null = null;

  function newFolder(): string {
    scratch ??= makeScratchFolder();
    const folder = join(scratch.path, String(++made));
    mkdirSync(folder);
    return folder;
  }
  function end(): void {
    for (const { channel } of waiting.splice(0)) channel.child.kill("SIGKILL");
    if (idle) clearTimeout(idle);
    idle = null;
  }
  function add(): void {
    const folder = newFolder();
    const one: Waiting = {
      folder,
      handlers: null,
      // Before it is taken it has nothing to say.
      channel: start(folder, {
        message: (data, bytes) => one.handlers?.message(data, bytes),
        odd: (why) => one.handlers?.odd(why),
        killed: (why) => one.handlers?.killed(why),
        printed: (chunk, stream) => one.handlers?.printed(chunk, stream),
      }),
    };
    waiting.push(one);
  }
  return {
    next() {
      taken++;
      const one = waiting.shift();
      const folder = one?.folder ?? newFolder();
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      if (!one) return { folder, remove, take: () => null };
      return {
        folder,
        remove,
        take(handlers) {
          if (!one.channel.connected || one.channel.child.exitCode !== null) return null;
          one.handlers = handlers;
          return one.channel;
        },
      };
    },
    refill() {
      const wanted = Math.min(mostWaiting, taken);
      taken = 0;
      while (waiting.length < wanted) add();
      if (idle) clearTimeout(idle);
      idle = setTimeout(end, longestWait);
      idle.unref();
    },
    close() {
      end();
      scratch?.remove();
      scratch = null;
    },
  };
}
