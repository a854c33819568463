/** A child's end of the pipes by which a supervisor speaks to processes that it does not trust. */
import { read, writeSync } from "node:fs";
import { largeMessages, messageLine, messageLines } from "./message-lines";

/** Descriptors of the child: what it reads, and what it writes. Two pipes: Windows reads and writes no single one at the same time. */
export const channelDescriptors = { read: 3, write: 4 } as const;

// Code that this process runs may change it.
const killed = process.kill.bind(process, process.pid, "SIGKILL");

/** Ends this process at once. `process.exit` would wait for the read to come back, which the parent decides on. */
export const endProcess = (): void => void killed();

/** Bytes that are taken at a time. */
const chunk = 64 << 10;

/**
 * Takes what the parent says; returns what speaks to it, waits until that is on its way, and says so. The process ends when the parent is gone.
 *
 * It reads and writes files, not a socket: Node calls a socket's methods through prototypes that any code in the process can change, and would hand it
 * the socket.
 */
export function openParentChannel(take: (data: unknown) => void): (message: object, sent?: () => void) => void {
  // The parent is ours: what it says is understood or it is another version's. Of long completions there are millions of tokens.
  const lines = messageLines(
    { message: take, odd: () => undefined, endless: endProcess },
    { ...largeMessages, values: Infinity },
  );
  const buffer = Buffer.alloc(chunk);
  const next = (): void =>
    read(channelDescriptors.read, buffer, 0, chunk, null, (error, count) => {
      if (error || count === 0) {
        endProcess();
        return;
      }
      const part = Buffer.from(buffer.subarray(0, count));
      next();
      lines(part);
    });
  next();
  return (message, sent) => {
    let rest = Buffer.from(messageLine(message));
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(channelDescriptors.write, rest));
    } catch {
      endProcess();
    }
    sent?.();
  };
}
