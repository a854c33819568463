/** The methods of forking a run: what a fork would do, and the fork. */
import * as z from "zod";
import * as methods from "../protocol/editor";
import type { ForkPlanResult, StartRunResult } from "../protocol/editor";
import { settingMeanings } from "../recipes/assist";
import { changeText, settingsOf } from "../recipes/recipe-changes";
import { readRecord } from "../runs/record";
import { forkPoints, planFork } from "../supervisor/fork-plan";
import { forkRun, type RunHandlers, type RunOptions } from "../supervisor/run";
import { folderOf, needTrust, type Workspace } from "./request-guards";

export interface ForkState extends Workspace {
  readonly options: () => RunOptions;
  readonly handlers: RunHandlers;
  /** Something about runs changed. */
  readonly changed: () => void;
}

const forkParams = z.object({
  folder: z.string(),
  checkpoint: z.string().nullable(),
  stage: z.string().nullable(),
  recipe: z.enum(["file", "run"]),
  settings: z.array(z.object({ path: z.string(), text: z.string() })),
});

/** Handlers by method name. */
export function forkMethods(state: ForkState): Readonly<Record<string, (params: unknown) => unknown>> {
  return {
    [methods.forkPlan]: (params): ForkPlanResult => {
      const request = forkParams.parse(params);
      folderOf(state, request.folder);
      const { recipe, changes, stages, goesOn } = planFork(request);
      const checkpoints = forkPoints(request.folder, readRecord(request.folder));
      const from = checkpoints.find(({ name }) => name === request.checkpoint) ?? checkpoints[0];
      // With more steps the checkpoint's own stage would run as well.
      const running = new Set([...stages.map(({ name }) => name), from?.stage]);
      // What a stage is and what it is called is no setting of a fork, nor is what a stage has that it does not run.
      const settings = settingsOf(recipe).filter(
        ({ at: [part, index, ...within] }) =>
          part !== "stages" ||
          (running.has(recipe.stages[Number(index)]?.name) &&
            !(within.length === 1 && ["kind", "name"].includes(String(within[0])))),
      );
      const about = settingMeanings(
        recipe,
        settings.map(({ at }) => at),
      );
      return {
        checkpoints,
        stages: stages.map(({ name }) => name),
        goesOn: goesOn !== null,
        changes: changes.map(changeText),
        settings: settings.map(({ path, value }, index) => ({
          ...{ path, value: JSON.stringify(value), about: about[index] ?? "" },
        })),
      };
    },
    [methods.forkRun]: async (params): Promise<StartRunResult> => {
      const request = forkParams.parse(params);
      folderOf(state, request.folder);
      needTrust(state, "A run");
      const { folder, ended } = await forkRun(request, state.options(), state.handlers);
      state.changed();
      void ended.then(state.changed);
      return { folder };
    },
  };
}
