/** What a window does for the runs that live in its workspace, whoever started them: it is counted as there, shows what they say, and passes its setting on. */
import type { RunEntry } from "../protocol/editor";
import { isLive, type RunRecord } from "../protocol/run";
import {
  logSize,
  readLiveState,
  readLog,
  sendCommand,
  windowsLock,
  type LogEntry,
  type WhenClosed,
} from "../runs/live-run";
import type { AskEditorModel } from "../processes/rewards/editor-models";
import { answerQuestion, takeQuestions, type LiveQuestion } from "../runs/live-questions";
import { messageOf } from "../shared/user-error";
import { isTaken, shareLock, type HeldLock } from "../runs/os-lock";
import { mendingLock, supervisorLock } from "../runs/paths";

/** Milliseconds that this window's model may take; whoever waits mostly has another limit. */
const longestAnswer = 3_600_000;

async function answer(folder: string, token: string, question: LiveQuestion, ask: AskEditorModel): Promise<void> {
  const { id, model, messages } = question;
  const said = await ask(model, messages, AbortSignal.timeout(longestAnswer)).then(
    (text) => ({ text, message: null }),
    (error: unknown) => ({ text: null, message: messageOf(error) }),
  );
  try {
    answerQuestion(folder, token, id, said);
  } catch {
    // The run is over, or nothing can be written there: whoever asked is told that it took too long.
  }
}

export interface AttachedRuns {
  /** Told of the runs, now and then. */
  look(runs: readonly RunEntry[]): void;
  /** This window has started a run: it shows all that it says. */
  begun(folder: string): void;
  whenClosed(value: WhenClosed): void;
  dispose(): void;
}

interface Attached {
  /** Null: somebody looks whether windows are there; it is tried again. */
  presence: HeldLock | null;
  cursor: number;
}

/** Whether a process is there that goes on with the run when its rewards are mended. */
const waits = (folder: string): boolean => isTaken(mendingLock(folder)) === true;

const tokenOf = (record: RunRecord | null): string | undefined => record?.process?.token;

/** `model`: asks a model of this window. */
export function attachToRuns(print: (entry: LogEntry) => void, model: AskEditorModel | null = null): AttachedRuns {
  const attached = new Map<string, Attached>();
  const started = new Set<string>();
  let known: readonly RunEntry[] = [];

  function attach({ folder, record }: RunEntry): void {
    // Nothing is made in a folder on which nobody works here.
    if (!attached.has(folder) && isTaken(supervisorLock(folder)) !== true && !waits(folder)) return;
    const one = attached.get(folder) ?? { presence: null, cursor: started.has(folder) ? 0 : logSize(folder) };
    attached.set(folder, one);
    one.presence ??= shareLock(windowsLock(folder));
    const { entries, cursor } = readLog(folder, one.cursor);
    one.cursor = cursor;
    entries.forEach(print);
    const token = tokenOf(record);
    if (model !== null && token !== undefined && isLive(record))
      for (const question of takeQuestions(folder, token)) void answer(folder, token, question, model);
  }

  return {
    look(runs) {
      known = runs;
      const concerns = ({ folder, record }: RunEntry): boolean =>
        isLive(record) || (record?.status === "paused" && record.pausedFor === "reward" && waits(folder));
      const live = new Set(runs.filter(concerns).map(({ folder }) => folder));
      for (const run of runs) {
        // What a run said last comes with its end.
        if (!live.has(run.folder) && !attached.has(run.folder)) continue;
        try {
          attach(run);
        } catch {
          // A folder that is being deleted, or where nothing can be written.
        }
      }
      for (const [folder, { presence }] of attached) {
        if (live.has(folder)) continue;
        presence?.release();
        attached.delete(folder);
        started.delete(folder);
      }
    },
    begun: (folder) => void started.add(folder),
    whenClosed(value) {
      for (const { folder, record } of known) {
        const token = tokenOf(record);
        if (isLive(record) && token !== undefined && readLiveState(folder, token)?.origin === "editor")
          sendCommand(folder, token, { type: "when-closed", value });
      }
    },
    dispose() {
      for (const { presence } of attached.values()) presence?.release();
      attached.clear();
    },
  };
}
