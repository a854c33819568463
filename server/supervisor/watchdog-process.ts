/**
 * The process that outlives a supervisor by a moment (`dist/watchdog.js`): when the supervisor is gone, in whatever way, it ends the processes that it was
 * told of, which may be too busy to notice. It runs no code of users or models. Lines come in: `+PID` for one that is ended at once,
 * `~PID` for one that may save first, `-PID` for one that is over.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Milliseconds for what saves first. */
const grace = 5 * 60_000;

interface Watched {
  readonly saves: boolean;
  /** When it was started, where the system tells: another process may get its number. */
  readonly started: string | null;
}

function startOf(pid: number): string | null {
  try {
    // `PID (NAME) STATE PARENT …`, where the name may hold anything; the start is the 22nd.
    return (
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[19] ?? null
    );
  } catch {
    return null;
  }
}

const watched = new Map<number, Watched>();

function take(line: string): void {
  const pid = Number(line.slice(1));
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (line.startsWith("-")) watched.delete(pid);
  else watched.set(pid, { saves: line.startsWith("~"), started: startOf(pid) });
}

function end(pid: number, { started }: Watched): void {
  if (started !== startOf(pid)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Whether it is still there. A process that has ended and that nobody has noticed is not. */
function isThere(pid: number, { started }: Watched): boolean {
  try {
    process.kill(pid, 0);
    return started === startOf(pid);
  } catch {
    return false;
  }
}

let over = false;
async function supervisorIsGone(): Promise<void> {
  if (over) return;
  over = true;
  for (const [pid, one] of watched) if (!one.saves) end(pid, one);
  const saving = [...watched].filter(([, { saves }]) => saves);
  const deadline = performance.now() + grace;
  while (saving.some(([pid, one]) => isThere(pid, one)) && performance.now() < deadline) await pause(500);
  for (const [pid, one] of saving) end(pid, one);
  process.exit();
}

// What ends a terminal or a group of processes is no reason to leave others behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  lines.forEach(take);
});
for (const event of ["end", "close", "error"] as const) process.stdin.on(event, () => void supervisorIsGone());
