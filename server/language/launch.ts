/** Starts runs that go on without this server: one at a time among those that editors start. */
import type { ListRunsResult } from "../protocol/editor";
import type { SupervisorTask } from "../protocol/supervisor";
import type { WhenClosed } from "../runs/live-run";
import { startDetached, type Begun } from "../launch/detached";
import { activeRun, runInProgress, type RunHandlers, type RunOptions } from "../launch/run";

export type Launch = (task: SupervisorTask, flags?: Pick<RunOptions, "skipBatch" | "acceptChanges">) => Promise<Begun>;

export interface LaunchState {
  readonly options: () => RunOptions;
  readonly runs: () => ListRunsResult;
  readonly whenClosed: () => WhenClosed;
  readonly handlers: RunHandlers;
  /** A run has begun. */
  readonly begun: (folder: string) => void;
}

/** Milliseconds without a window: a reload of one, or a connection that comes back, takes less. */
const closedAfter = 60_000;

/** The run that is in the way of another: one of a comparison in this process, or one that a window has started. */
function inTheWay(runs: ListRunsResult): string | null {
  const own = activeRun();
  if (own !== null) return own.folder;
  return runs.find(({ live }) => live?.origin === "editor")?.folder ?? null;
}

export function launcher(state: LaunchState): Launch {
  let starting = false;
  return async (task, flags = {}) => {
    const other = inTheWay(state.runs());
    // A resume of the very run that lives is refused by itself, with who has it.
    if (starting || (other !== null && !(task.kind === "resume" && task.folder === other))) throw runInProgress(other);
    starting = true;
    try {
      const live = { origin: "editor" as const, whenClosed: state.whenClosed(), closedAfter };
      const begun = await startDetached(task, { ...state.options(), ...flags, live }, state.handlers);
      state.begun(begun.folder);
      return begun;
    } finally {
      starting = false;
    }
  };
}
