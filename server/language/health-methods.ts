/** Answers what a run's health is. */
import type { ListRunsResult } from "../protocol/editor";
import type { Handlers } from "../protocol/methods";
import { readRun } from "../runs/list-runs";
import type { HealthWatch } from "./health-watch";
import { folderOf, type Workspace } from "./request-guards";

interface HealthState extends Workspace {
  readonly health: HealthWatch;
  readonly runs: () => ListRunsResult;
}

export function healthMethods(state: HealthState): Handlers<"readHealth"> {
  return {
    readHealth: ({ folder }) => {
      folderOf(state, folder);
      return state.health.notes(state.runs().find((run) => run.folder === folder) ?? readRun(folder));
    },
  };
}
