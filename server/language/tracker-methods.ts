/** Answers with metrics of other tools: of files that a person has opened, and of the workspace's. */
import { basename } from "node:path";
import type { Thresholds } from "../health/thresholds";
import type { Handlers } from "../protocol/methods";
import { UserError } from "../shared/user-error";
import type { TraceAsker } from "./ask-traces";
import { folderOf, type Workspace } from "./request-guards";

interface TrackerState extends Workspace {
  /** Of its own: a large file keeps nobody else waiting. */
  readonly scans: TraceAsker;
  readonly thresholds: () => Thresholds;
}

export function trackerMethods(state: TrackerState): Handlers<"openTracker" | "readTracker"> {
  const opened = new Set<string>();
  const ask = (file: string, version: string | null, from: number) =>
    state.scans.ask("tracker", { folder: file, version, from, thresholds: state.thresholds() });
  return {
    openTracker: async ({ file }) => {
      const part = await ask(file, null, 0);
      if (part === null || part.rows.length === 0)
        throw new UserError(`${file} has no numbers. ${part?.notes.join(" ") ?? ""}`.trim());
      opened.add(file);
      return { tool: part.tool };
    },
    readTracker: ({ file, version, from }) => {
      if (!opened.has(file))
        try {
          folderOf(state, file);
        } catch {
          // A page that was brought back after a reload: nobody has named this file since.
          throw new UserError(
            `Open ${basename(file)} again with Open Metrics of Another Tool…: it is not in the workspace.`,
          );
        }
      return ask(file, version, from);
    },
  };
}
