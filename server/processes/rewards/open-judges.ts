/** Judges of a process that scores, with what they have said before. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runsFolder } from "../../runs/paths";
import { openJudgements } from "../../runs/judgements";
import { editorModels } from "./editor-models";
import { openJudges, type Judges } from "./reward-judges";
import { UserError } from "../../shared/user-error";

type Log = (text: string, level?: "info" | "warn") => void;

/** Judges of a run whose folder is not there yet. */
export interface RunJudges extends Judges {
  /** The run has begun: what they have said and cost in it so far is known, and counts. */
  keepIn(runFolder: string): void;
}

export function runJudges(log: Log): RunJudges {
  let judges: Judges | null = null;
  return {
    keepIn(runFolder) {
      judges = openJudges({
        judgements: openJudgements({ owner: runFolder, countsBefore: true }),
        log,
        editor: editorModels,
      });
    },
    ask(...asked) {
      if (judges === null)
        throw new UserError("Judges are asked once the run has begun, not while a reward is loaded.");
      return judges.ask(...asked);
    },
    takeCounts: () => judges?.takeCounts() ?? {},
    totals: () => judges?.totals() ?? {},
    takeUsedUp: () => judges?.takeUsedUp() ?? null,
    close: () => judges?.close(),
  };
}

/** Where what judges of no run say is kept. */
export const workspaceJudgements = (workspace: string): string => join(workspace, ".reasoning-lab");

/** Folders of all runs of a workspace. */
function runsOf(workspace: string): string[] {
  const folder = runsFolder(workspace);
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(folder, entry.name)] : [],
    );
  } catch {
    return [];
  }
}

/** Of scorings outside of a run: cases, stored rollouts, files. What judges of the workspace's runs have said is known; each scoring has the whole budget. */
export const workspaceJudges = (workspace: string, log: Log): Judges =>
  openJudges({
    judgements: openJudgements({
      owner: workspaceJudgements(workspace),
      countsBefore: false,
      others: () => runsOf(workspace),
      within: workspace,
    }),
    log,
    editor: editorModels,
  });
