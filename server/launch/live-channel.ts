/** A supervisor's end of what goes through a run's `live/` folder: it says how far the run is, does what it is asked, and notices when no window is left. */
import type { FileVersion, OutdatedReward } from "../protocol/rewards";
import type { StrayError } from "../protocol/traces";
import type { TrainerProgress } from "../protocol/trainer";
import {
  appendLog,
  clearLive,
  takeCommands,
  windowsLock,
  writeLiveState,
  type LiveState,
  type WhenClosed,
} from "../runs/live-run";
import { clearQuestions } from "../runs/live-questions";
import { takeLock } from "../runs/os-lock";
import { coalesce } from "../shared/coalesce";

export interface LiveOptions {
  readonly origin: LiveState["origin"];
  readonly whenClosed: WhenClosed;
  /** Milliseconds without a window after which none is coming back: a reload takes some. */
  readonly closedAfter: number;
}

interface Asked {
  /** `why`: a sentence for people; null: somebody asked for it. */
  stop(why: string | null): void;
  kill(): void;
}

export interface LiveChannel {
  progress(progress: TrainerProgress): void;
  limits(limits: NonNullable<LiveState["limits"]>): void;
  versions(files: readonly FileVersion[]): void;
  strays(all: readonly StrayError[]): void;
  stopping(): void;
  log(level: "info" | "warn" | "error", text: string): void;
  /** Whether a window looks at the run. */
  isWatched(): boolean;
  close(): void;
}

/** Milliseconds between looks for commands, and between states that are told. */
const interval = 200;
/** Milliseconds between looks for windows. */
const windowInterval = 1000;

const closed =
  "The last window on its workspace was closed (setting reasoningLab.runsWhenClosed). The run stopped with a checkpoint. Resume continues from it.";

export function openLiveChannel(folder: string, token: string, options: LiveOptions, asked: Asked): LiveChannel {
  let state: LiveState = {
    token,
    origin: options.origin,
    stopping: false,
    progress: null,
    limits: null,
    outdatedRewards: [],
    strayErrors: [],
  };
  let { whenClosed } = options;
  /** What is written there is for those who look on: a full disk is the trainer's to tell. */
  const quietly = (write: () => void): void => {
    try {
      write();
    } catch {
      // As above.
    }
  };
  const telling = coalesce(() => quietly(() => writeLiveState(folder, state)), interval);
  const change = (fields: Partial<LiveState>): void => {
    state = { ...state, ...fields };
    telling.hint();
  };
  quietly(() => clearLive(folder));
  quietly(() => clearQuestions(folder));
  telling.hint();

  const commands = setInterval(() => {
    for (const command of takeCommands(folder, token)) {
      if (command.type === "stop") asked.stop(null);
      else if (command.type === "kill") asked.kill();
      else whenClosed = command.value;
    }
  }, interval);

  const lookEvery = Math.min(windowInterval, options.closedAfter / 4);
  /** By looks, not by a clock: while the machine slept no window could come. */
  let unwatched = 0;
  const look = (): void => {
    if (whenClosed === "keepRunning" || isWatched(folder)) unwatched = 0;
    else if ((unwatched += lookEvery) > options.closedAfter) asked.stop(closed);
  };
  // A run in a terminal ends with that, whatever windows there are.
  const windows = options.origin === "terminal" ? undefined : setInterval(look, lookEvery);

  return {
    progress: (progress) => change({ progress }),
    limits: ({ restricted, reason }) => change({ limits: { restricted, reason } }),
    versions: (files) => change({ outdatedRewards: files.flatMap(outdated) }),
    strays: (all) => change({ strayErrors: all.map((error) => ({ ...error, message: cut(error.message) })) }),
    stopping: () => change({ stopping: true }),
    log: (level, text) => quietly(() => appendLog(folder, level, text)),
    isWatched: () => isWatched(folder),
    close() {
      clearInterval(commands);
      clearInterval(windows);
      telling.cancel();
      quietly(() => clearLive(folder));
      quietly(() => clearQuestions(folder));
    },
  };
}

/** Characters of a message that windows show: a state is read as a whole, often. */
const longestMessage = 1000;

const cut = (message: string): string =>
  message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;

function outdated({ refused, ...version }: FileVersion): OutdatedReward[] {
  if (refused === null) return [];
  return [{ ...version, refused: { ...refused, message: cut(refused.message) } }];
}

/** Whether a window looks at the run. */
function isWatched(folder: string): boolean {
  try {
    const alone = takeLock(windowsLock(folder));
    alone?.release();
    return alone === null;
  } catch {
    // Where there are no locks nobody knows: the run goes on.
    return true;
  }
}
