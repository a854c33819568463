/**
 * Makes sure that the processes which this one starts end with it, also when it is killed and they are too busy to notice, and do nothing without end while
 * it is stopped.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { dirname, join } from "node:path";
import { UserError } from "../shared/user-error";

interface Watchdog {
  tell(line: string): void;
  readonly alive: boolean;
}

/** Lines for a watchdog that is started anew, by process. */
const watched = new Map<number, string>();
let watchdog: Watchdog | null = null;
/** Says that this process runs, while there is something to watch. */
let beats: NodeJS.Timeout | null = null;
const beatEvery = 1000;
/** Milliseconds that a watchdog lives which works. */
const shortestLife = 200;

function start(script: string): Watchdog {
  if (!existsSync(script)) throw new UserError(`${script} is missing. Install Reasoning Lab again.`);
  const child = spawn(process.execPath, [script], {
    // Out of reach of what ends this process' group.
    detached: true,
    windowsHide: true,
    cwd: dirname(script),
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  let alive = true;
  child.on("error", () => (alive = false));
  const started = performance.now();
  child.on("exit", () => {
    alive = false;
    if (watchdog !== own) return;
    // Somebody has ended it. One that cannot live is started again with the next process only.
    watchdog = watched.size > 0 && performance.now() - started > shortestLife ? start(script) : null;
  });
  child.stdin.on("error", () => (alive = false));
  // It does not keep this process.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  const own: Watchdog = {
    tell: (line) => void child.stdin.write(`${line}\n`),
    get alive() {
      return alive;
    },
  };
  for (const line of watched.values()) own.tell(line);
  return own;
}

/**
 * Has a child ended when this process is gone. `script`: a file of `dist/` that the child runs; the watchdog lies beside it. `saves`: the child notices by
 * itself, and is ended only when it takes minutes.
 */
export function endWithUs(child: ChildProcess, script: string, { saves = false } = {}): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (!watchdog?.alive) watchdog = start(join(dirname(script), "watchdog.js"));
  const line = `${saves ? "~" : "+"}${pid}`;
  watched.set(pid, line);
  watchdog.tell(line);
  beats ??= setInterval(() => watchdog?.tell("."), beatEvery).unref();
  child.once("exit", () => {
    watched.delete(pid);
    watchdog?.tell(`-${pid}`);
    if (watched.size > 0 || beats === null) return;
    clearInterval(beats);
    beats = null;
  });
}
