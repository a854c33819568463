/** Processes that somebody else has ended: a person, a script, the system when memory runs out. What they did is done again. */
import type { ChildProcess } from "node:child_process";

/** What a process gets from others, and not by a fault of its own. */
const fromOthers: ReadonlySet<string | null> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/** Times that something is done before its end counts as its own fault: what uses all memory is ended by the system each time. */
export const mostTries = 3;

/** Of a process that has closed, whose own code did not ask for it. Windows does not tell a process that was ended from one that ended with code 1. */
export const killedByOthers = (child: ChildProcess, code: number | null, signal: string | null): boolean =>
  !child.killed && (fromOthers.has(signal) || (process.platform === "win32" && code === 1));
