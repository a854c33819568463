/** Answers the labelling page: what is to be labelled, a label, and taking one back. */
import type { Handlers } from "../protocol/methods";
import { labelSessions } from "../labelling/label-session";
import type { Installation } from "../processes/installation";
import type { TraceAsker } from "./ask-traces";
import { UserError } from "../shared/user-error";
import { folderOf, type Workspace } from "./request-guards";

/** `labeller`: the setting `reasoningLab.labeller`. Labels are data: a workspace need not be trusted to be given some. */
export function labelMethods(
  workspace: Workspace,
  installation: Installation,
  labeller: () => Promise<string>,
  traces: TraceAsker,
): Handlers<"readLabels" | "giveLabel" | "undoLabel" | "addPreference" | "undoPreference"> {
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
    addPreference: async ({ folder, chosen, rejected, ...group }) => {
      const samples = await traces.ask("group", { folder: known(folder), ...group });
      const [better, worse] = [chosen, rejected].map((wanted) => samples.find(({ sample }) => sample === wanted));
      if (!better || !worse) throw new UserError("This rollout is not in the traces any more.");
      const pair = { prompt: better.prompt, chosen: better.completion, rejected: worse.completion };
      return sessions.add(folder, pair);
    },
    undoPreference: async ({ folder, id }) => ({ file: await sessions.takeBack(known(folder), id) }),
    undoLabel: ({ folder, view }) => sessions.undo(known(folder), view),
  };
}
