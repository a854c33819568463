/** Answers *Re-score Run…*, its page and the curves. */
import { pathOfUri } from "../files/path-of-uri";
import type { Handlers } from "../protocol/methods";
import type { RunOptions } from "../launch/run";
import { folderOf, needTrust, type Workspace } from "./request-guards";
import type { Rescorer } from "./rescorer";
import { UserError } from "../shared/user-error";

export interface RescoreState extends Workspace {
  readonly options: () => RunOptions;
  readonly rescorer: Rescorer;
  readonly changed: () => void;
}

export function rescoreMethods(state: RescoreState): Handlers<"rescoreRun" | "readRescorings" | "readRescoredCurves"> {
  return {
    rescoreRun: async ({ folder, uri, export: name, steps }, signal) => {
      folderOf(state, folder);
      needTrust(state, "Re-scoring");
      const file = uri === null ? null : pathOfUri(uri);
      if (file !== null) folderOf(state, file);
      const { nodePath } = state.options();
      const reward = file === null ? null : { file, export: name };
      const found = await state.rescorer.run("asked", { folder, reward, steps, nodePath }, signal);
      if (found === null) throw new UserError("Re-scoring was ended.");
      state.changed();
      return { all: found.all, names: found.names, seconds: found.seconds, notes: found.notes };
    },
    readRescorings: ({ folder }) => {
      folderOf(state, folder);
      return [...state.rescorer.of(folder)];
    },
    readRescoredCurves: ({ folder, since }) => {
      folderOf(state, folder);
      const all = state.rescorer.of(folder);
      const time = all[0]?.time ?? 0;
      if (time <= since) return { time, steps: null };
      // The newer one has the say about a step that both have.
      const steps = new Map(
        all.toReversed().flatMap((one) => one.steps.map((step) => [`${step.stage} ${step.step}`, step] as const)),
      );
      return {
        time,
        steps: [...steps.values()].map(({ stage, step, total, rewards }) => ({
          stage,
          step,
          total: total.new,
          rewards: Object.fromEntries(Object.entries(rewards).map(([reward, means]) => [reward, means.new])),
        })),
      };
    },
  };
}
