/** A run in a terminal: its progress, Ctrl-C, and what it brought. */
import { sourceLines } from "../protocol/lineage";
import { readRun } from "../runs/list-runs";
import { readRecord } from "../runs/record";
import { resumeOnSave } from "../launch/resume-on-save";
import type { RunEnd, RunHandle, RunHandlers, RunOptions } from "../launch/run";
import { quoted, typedPath } from "./command-text";
import { fullReport } from "./full-report";
import { print } from "./print";
import { progressDisplay, type ProgressDisplay } from "./progress";

/**
 * Shows a run until it ends; where somebody looks on, a run that paused for its rewards is waited for until they are mended. Returns the exit
 * code: 0 completed, 130 stopped, 1 anything else. `program`: how this one was started.
 */
export async function follow(
  begin: (handlers: RunHandlers) => Promise<RunHandle>,
  options: RunOptions,
  program: string,
): Promise<number> {
  const display: ProgressDisplay = progressDisplay(process.stdout);
  let run: RunHandle | null = null;
  let interrupts = 0;
  const wait = new AbortController();
  let waiting = false;
  const interrupt = () => {
    if (waiting) {
      wait.abort();
      return;
    }
    interrupts++;
    if (run === null) process.exit(130);
    if (interrupts === 1) {
      display.print(
        "Stopping with a checkpoint: at once while completions are drawn, else after this step. A second Ctrl-C ends it at once.",
      );
      run.stop();
    } else run.kill();
  };
  // A terminal that is closed may say so more than once, and nobody is left to be impatient.
  const hangUp = () => {
    wait.abort();
    if (run === null) process.exit(130);
    run.stop();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", hangUp);
  try {
    const handlers: RunHandlers = {
      progress: (progress) => display.show(progress),
      log: (level, text) => {
        if (text !== "") display.print(level === "info" ? text : `${level}: ${text}`);
      },
      limits: ({ restricted, reason }) => {
        if (!restricted) display.print(`warning: ${reason}`);
      },
    };
    run = await begin(handlers);
    display.print([`Run ${run.folder}`, ...sourceLines(readRecord(run.folder))].join("\n"));
    const { folder } = run;
    const looksOn = process.stdout.isTTY && process.stdin.isTTY;
    const follows = (next: RunHandle): Promise<RunEnd> => {
      run = next;
      waiting = false;
      return next.ended.then((ended) => {
        display.end();
        waiting = looksOn && ended.status === "paused" && readRun(folder).record?.pausedFor === "reward";
        if (waiting) display.print(`${ended.message ?? ""}\nCtrl-C ends the wait.`);
        return ended;
      });
    };
    let end = follows(run);
    const resumed = (next: RunHandle) => void (end = follows(next));
    if (looksOn) await resumeOnSave(run, () => options, handlers, { resumed, signal: wait.signal });
    const { status, message } = await end;
    display.end();
    const { record } = readRun(folder);
    print(record ? `\n${fullReport(folder, record)}` : (message ?? status));
    // What could not be recorded, on a full disk say.
    if (record && record.status !== status && message !== null) print(message);
    if (status === "completed") return 0;
    const where = options.sources === undefined ? "" : ` --workspace ${quoted(options.sources)}`;
    if (record) print(`Resume with: ${program} resume ${quoted(typedPath(folder, process.cwd()))}${where}`);
    return status === "stopped" || interrupts > 0 ? 130 : 1;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    process.off("SIGHUP", hangUp);
  }
}
