/** Answers with metrics of other tools: of files that a person has opened, and of the workspace's. */
import { basename } from "node:path";
import type { Thresholds } from "../health/thresholds";
import type { Handlers } from "../protocol/methods";
import { allTexts } from "../shared/l10n";
import { UserError } from "../shared/user-error";
import type { TraceAsker } from "./ask-traces";
import { folderOf, type Workspace } from "./request-guards";

interface TrackerState extends Workspace {
  /** Of its own: a large file keeps nobody else waiting. */
  readonly scans: TraceAsker;
  readonly thresholds: () => Thresholds;
}

type TrackerMethod = "openTracker" | "readTracker" | "drawTracker" | "readTrackerRow";

export function trackerMethods(state: TrackerState): Handlers<TrackerMethod> {
  const opened = new Set<string>();
  const { scans } = state;
  const read = (folder: string, stage: string | null) =>
    scans.ask("tracker", { folder, stage, thresholds: state.thresholds(), texts: allTexts() });
  const refuseOthers = (file: string): void => {
    if (opened.has(file)) return;
    try {
      folderOf(state, file);
    } catch {
      // A page that was brought back after a reload: nobody has named this file since.
      throw new UserError(
        `Open ${basename(file)} again with Open Metrics of Another Tool…: it is not in the workspace.`,
      );
    }
  };
  return {
    openTracker: async ({ file }) => {
      opened.add(file);
      const { tool, overview, notes } = await read(file, null);
      if (overview.stages.length === 0) throw new UserError(`${file} has no numbers. ${notes.join(" ")}`.trim());
      return { tool, runs: overview.stages };
    },
    readTracker: ({ file, stage }) => {
      refuseOthers(file);
      return read(file, stage);
    },
    drawTracker: ({ file, ...request }) => {
      refuseOthers(file);
      return scans.ask("trackerPicture", { folder: file, ...request });
    },
    readTrackerRow: ({ file, ...asked }) => {
      refuseOthers(file);
      return scans.ask("trackerRow", { folder: file, ...asked });
    },
  };
}
