/** Answers *Clean Up Checkpoints and Traces…*. */
import type { Handlers } from "../protocol/methods";
import { cleanUp, planCleanUp } from "../runs/clean-up";
import { listRuns } from "../runs/list-runs";
import type { TraceAsker } from "./ask-traces";
import { folderOf, needTrust, type Workspace } from "./request-guards";

interface CleanUpState extends Workspace {
  readonly changed: () => void;
  readonly traces: TraceAsker;
}

export function cleanUpMethods(state: CleanUpState): Handlers<"cleanUpPlan" | "cleanUp"> {
  return {
    cleanUpPlan: (retention) => {
      const runs = state.folders().flatMap(listRuns);
      const numbers = (folder: string, keepSteps: number) =>
        state.traces
          .ask("tokenNumbers", { folder, keepSteps })
          // Traces that cannot be read are another page's news.
          .catch(() => ({ rollouts: 0, bytes: 0 }));
      return planCleanUp(runs, runs, { ...retention, numbers });
    },
    cleanUp: ({ items }) => {
      needTrust(state, "Freeing space");
      for (const { folder } of items) folderOf(state, folder);
      try {
        return { freed: cleanUp(items, state.folders().flatMap(listRuns)) };
      } finally {
        state.changed();
      }
    },
  };
}
