/** Makes sure that the processes which this one starts end with it, also when it is killed and they are too busy to notice. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";
import { dirname, join } from "node:path";

interface Watchdog {
  tell(line: string): void;
  readonly alive: boolean;
}

/** Lines for a watchdog that is started anew, by process. */
const watched = new Map<number, string>();
let watchdog: Watchdog | null = null;

function start(script: string): Watchdog {
  if (!existsSync(script)) throw new Error(`${script} is missing: install Reasoning Lab again.`);
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
  child.on("exit", () => {
    alive = false;
    if (watchdog === own) watchdog = null;
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
  child.once("exit", () => {
    watched.delete(pid);
    watchdog?.tell(`-${pid}`);
  });
}
