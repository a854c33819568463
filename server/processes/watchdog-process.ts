/**
 * The process that outlives a supervisor by a moment (`dist/watchdog.js`): when the supervisor is gone, in whatever way, it ends the processes that it was
 * told of, which may be too busy to notice, and deletes its temporary files. While the supervisor is there and does not run (it was stopped, and maybe
 * nobody has it go on), nobody times those processes: it holds them still until the supervisor is heard of again, so that none loops for ever and none
 * loses what it does. It runs no code of users or models. Lines come in: `+PID` for one that is ended at once, `~PID` for one that may save first,
 * `-PID` for one that is over; any other says that the supervisor runs.
 */
import "../shared/no-debugger";
import { setTimeout as pause } from "node:timers/promises";
import { processState } from "../runs/process-state";
import { sweepScratchFolders } from "./scratch-folder";

/** Milliseconds in which the system has taken back what a process had open. */
const lastFiles = 200;
/** Milliseconds for what saves first. */
const grace = 5 * 60_000;
/** Milliseconds between looks whether it has. */
const interval = 500;

interface Watched {
  readonly saves: boolean;
  /** When it was started, where the system tells: another process may get its number. */
  readonly started: string | null;
}

const startOf = (pid: number): string | null => processState(pid)?.started ?? null;

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
    const state = processState(pid);
    return started === (state?.started ?? null) && state?.ended !== true;
  } catch {
    return false;
  }
}

/** Looks without a word of the supervisor after which it does not run. */
const mostSilent = 5;
const lookEvery = 1000;
let silent = 0;
/** Processes that are held still. */
const held = new Map<number, Watched>();

function send(pid: number, { started }: Watched, name: "SIGSTOP" | "SIGCONT"): void {
  if (started !== startOf(pid)) return;
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself, or the system holds none: Windows, which stops no supervisor either.
  }
}

/** By looks, not by a clock: while the machine slept the supervisor could say nothing. */
function lookWhetherItRuns(): void {
  if (over || ++silent < mostSilent) return;
  for (const [pid, one] of watched)
    if (!one.saves && !held.has(pid)) {
      held.set(pid, one);
      send(pid, one, "SIGSTOP");
    }
}

function itRuns(): void {
  silent = 0;
  for (const [pid, one] of held) send(pid, one, "SIGCONT");
  held.clear();
}

let over = false;
async function supervisorIsGone(): Promise<void> {
  if (over) return;
  over = true;
  for (const [pid, one] of watched) if (!one.saves) end(pid, one);
  // The system takes its files back one after the other: that one hears of its end may be before its locks are gone.
  await pause(lastFiles);
  sweepScratchFolders();
  const saving = [...watched].filter(([, { saves }]) => saves);
  // By looks, not by a clock: while the machine slept nobody could save.
  for (let waited = 0; waited < grace && saving.some(([pid, one]) => isThere(pid, one)); waited += interval)
    await pause(interval);
  for (const [pid, one] of saving) end(pid, one);
  sweepScratchFolders();
  process.exit();
}

// What ends a terminal or a group of processes is no reason to leave others behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  itRuns();
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  lines.forEach(take);
});
for (const event of ["end", "close", "error"] as const) process.stdin.on(event, () => void supervisorIsGone());
setInterval(lookWhetherItRuns, lookEvery);
