/** Answers *Re-score Run…*, its page and the curves. */
import { pathOfUri } from "../files/path-of-uri";
import type { Handlers } from "../protocol/methods";
import type { RunOptions } from "../launch/run";
import { folderOf, needTrust, type Workspace } from "./request-guards";
import type { Rescorer } from "./rescorer";
import type { Overlay } from "../runs/curve-source";
import { rescoredKey } from "../protocol/rescore";
import { UserError } from "../shared/user-error";

export interface RescoreState extends Workspace {
  readonly options: () => RunOptions;
  readonly rescorer: Rescorer;
  readonly changed: () => void;
}

export function rescoreMethods(state: RescoreState): Handlers<"rescoreRun" | "readRescorings"> {
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
  };
}

/** What training would have seen, by stage, metric and step; `time`: of the newest re-scoring, 0 without any. */
export function rescoredOverlay(
  rescorer: Rescorer,
  folder: string,
): { readonly time: number; readonly overlay: Overlay } {
  const all = rescorer.of(folder);
  // The newer one has the say about a step that both have.
  const steps = new Map(
    all.toReversed().flatMap((one) => one.steps.map((step) => [`${step.stage} ${step.step}`, step] as const)),
  );
  const stages = new Map<string, Map<string, Map<number, number>>>();
  for (const { stage, step, total, rewards } of steps.values()) {
    const metrics = stages.get(stage) ?? new Map<string, Map<number, number>>();
    stages.set(stage, metrics);
    const means = Object.entries(rewards).map(([name, mean]) => [`rewards/${name}/mean`, mean.new] as const);
    for (const [key, value] of [["reward", total.new] as const, ...means]) {
      const column = metrics.get(rescoredKey(key)) ?? new Map<number, number>();
      metrics.set(rescoredKey(key), column);
      if (value !== null) column.set(step, value);
    }
  }
  return { time: all[0]?.time ?? 0, overlay: (stage) => stages.get(stage) };
}
