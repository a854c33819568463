/** A run that paused for its rewards goes on by itself once they are saved and work, while the process that supervised it lives. */
import { readRun } from "../runs/list-runs";
import { takeLock, type HeldLock } from "../runs/os-lock";
import { mendingLock } from "../runs/paths";
import { waitForGoodSave } from "./good-save";
import { resumeRun, type RunHandle, type RunHandlers, type RunOptions } from "./run";
import { messageOf } from "../shared/user-error";

export interface ResumeOnSave {
  /** The run as it goes on, each time. */
  readonly resumed: (run: RunHandle) => void;
  /** Takes what is said of the wait; unset: the log of the run. */
  readonly tell?: (level: "info" | "warn", text: string) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** Milliseconds between tries for the lock, which a process that waited before may have for a moment. */
const lockInterval = 500;

/** Says to who looks at the run that somebody will go on with it. Where there are no locks, nobody is told. */
function sayThatWeGoOn(folder: string): HeldLock {
  let lock: HeldLock | null = null;
  const attempt = (): void => {
    try {
      lock = takeLock(mendingLock(folder));
    } catch {
      // As above.
    }
    if (lock !== null) clearInterval(timer);
  };
  const timer = setInterval(attempt, lockInterval);
  attempt();
  return {
    release() {
      clearInterval(timer);
      lock?.release();
    },
  };
}

/** To be called as a run begins. Returns when it has ended otherwise than paused for its rewards, or waits for nothing more. */
export async function resumeOnSave(
  run: Pick<RunHandle, "folder" | "rewardHash" | "ended">,
  options: () => RunOptions,
  handlers: RunHandlers,
  settings: ResumeOnSave,
): Promise<void> {
  const lock = sayThatWeGoOn(run.folder);
  try {
    await run.ended;
    await goOnWhenMended(run, options, handlers, settings);
  } finally {
    lock.release();
  }
}

async function goOnWhenMended(
  paused: Pick<RunHandle, "folder" | "rewardHash">,
  options: () => RunOptions,
  handlers: RunHandlers,
  { resumed, signal, tell = (level, text) => handlers.log?.(level, text) }: ResumeOnSave,
): Promise<void> {
  const { folder } = paused;
  let failed = paused.rewardHash;
  let told = false;
  for (;;) {
    const { record } = readRun(folder);
    if (record?.status !== "paused" || record.pausedFor !== "reward" || signal.aborted) return;
    if (!told) tell("info", `${record.name} is waiting for its rewards. It continues when you save ones that work.`);
    told = true;
    const saved: string | null = await waitForGoodSave(folder, options(), failed, signal);
    if (saved === null) return;
    try {
      const run = await resumeRun(folder, options(), handlers);
      resumed(run);
      await run.ended;
      failed = run.rewardHash;
      told = false;
    } catch (error) {
      // It does not load, or another run is in progress: the next save is the next try.
      tell("warn", `${record.name} does not continue yet:  ${messageOf(error)}`);
      failed = saved;
    }
  }
}
