/** Answers with rollouts of other tools' files. Which files are opened, the client says: those that a person opened in an editor. */
import { basename, dirname } from "node:path";
import type { Handlers } from "../protocol/methods";
import type { TraceAsker } from "./ask-traces";

interface RolloutFileState {
  /** Of its own: a large file keeps nobody else waiting. */
  readonly scans: TraceAsker;
  /** Folder for what outlives a session. */
  readonly storage: () => string;
}

export interface RolloutFiles extends Handlers<"openRolloutFile"> {
  /** Folder of the store that holds the rollouts of a file which was opened; undefined: it was not. */
  readonly storeOf: (file: string) => string | undefined;
}

export function rolloutFileMethods({ scans, storage }: RolloutFileState): RolloutFiles {
  const stores = new Map<string, string>();
  return {
    storeOf: (file) => stores.get(file),
    openRolloutFile: async ({ file, ...how }) => {
      if (basename(file) === "traces.sqlite") {
        stores.set(file, dirname(file));
        const steps = await scans.ask("steps", { folder: dirname(file) });
        return {
          state: "ready",
          tool: "Store of traces",
          shape: null,
          columns: [],
          mapping: null,
          series: 1,
          rollouts: steps.reduce((sum, { rollouts }) => sum + rollouts, 0),
          became: [],
          notes: [],
        };
      }
      const answer = await scans.ask("rolloutFile", { folder: file, storage: storage(), ...how });
      if (answer.store !== null) stores.set(file, answer.store);
      return answer.file;
    },
  };
}
