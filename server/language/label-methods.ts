/** Answers the labelling page: what is to be labelled, a label, and taking one back. */
import type { Handlers } from "../protocol/methods";
import { labelSessions } from "../labelling/label-session";
import type { Installation } from "../processes/installation";
import type { TraceAsker } from "./ask-traces";
import { folderOf, type Workspace } from "./request-guards";

/** `labeller`: the setting `reasoningLab.labeller`. Labels are data: a workspace need not be trusted to be given some. */
export function labelMethods(
  workspace: Workspace,
  installation: Installation,
  labeller: () => Promise<string>,
  traces: TraceAsker,
): Handlers<"readLabels" | "giveLabel" | "undoLabel"> {
  const sessions = labelSessions(installation, {
    labeller,
    pairs: (folder, seed, labelled) =>
      traces.ask("labelPairs", { folder, seed, labelled: labelled.map(({ prompt, a, b }) => ({ prompt, a, b })) }),
  });
  const known = (folder: string): string => {
    folderOf(workspace, folder);
    return folder;
  };
  return {
    readLabels: ({ folder, view }) => sessions.read(known(folder), view),
    giveLabel: ({ folder, view, label }) => sessions.give(known(folder), view, label),
    undoLabel: ({ folder, view }) => sessions.undo(known(folder), view),
  };
}
