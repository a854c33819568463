/** Answers the behaviours page: what rollouts of a run do. */
import type { Handlers } from "../protocol/methods";
import type { TraceAsker } from "./ask-traces";
import { folderOf, type Workspace } from "./request-guards";

export interface BehaviourState extends Workspace {
  /** Setting `reasoningLab.reflectionWords`. */
  readonly reflectionWords: () => Promise<readonly string[]>;
  /** Of its own: it looks through whole runs while traces are paged through. */
  readonly scans: TraceAsker;
}

export function behaviourMethods(state: BehaviourState): Handlers<"readBehaviours" | "behaviourExamples"> {
  return {
    readBehaviours: async (asked) => {
      folderOf(state, asked.folder);
      const reflectionWords = [...(await state.reflectionWords())];
      return { ...(await state.scans.ask("behaviours", { ...asked, reflectionWords })), reflectionWords };
    },
    behaviourExamples: async ({ folder, ...filter }) => {
      folderOf(state, folder);
      const reflectionWords = [...(await state.reflectionWords())];
      return state.scans.ask("behaviourExamples", { folder, filter, reflectionWords });
    },
  };
}
