/** The methods of forking a run: what a fork would do, and the fork. */
import * as z from "zod";
import * as methods from "../protocol/editor";
import type { ForkPlanResult, ForkPointsResult, StartRunResult } from "../protocol/editor";
import { settingMeanings } from "../recipes/assist";
import { changeText, settingsOf } from "../recipes/recipe-changes";
import { readRecord } from "../runs/record";
import { forkPoints, NothingLeftError, planFork, type ForkPlan, type ForkRequest } from "../supervisor/fork-plan";
import type { Launch } from "./launch";
import { folderOf, needTrust, type Workspace } from "./request-guards";

export interface ForkState extends Workspace {
  readonly launch: Launch;
}

const forkParams = z.object({
  folder: z.string(),
  checkpoint: z.string().nullable(),
  stage: z.string().nullable(),
  recipe: z.enum(["file", "run"]),
  settings: z.array(z.object({ path: z.string(), text: z.string() })),
});

/** What a fork is to do. Where nothing is left to do, settings can still be changed, and a stage be named. */
function plannedFork(
  request: ForkRequest,
): Pick<ForkPlan, "recipe" | "changes" | "stages" | "goesOn"> & { readonly nothingLeft: string | null } {
  try {
    return { ...planFork(request), nothingLeft: null };
  } catch (error) {
    if (!(error instanceof NothingLeftError)) throw error;
    return { ...error.plan, stages: [], goesOn: null, nothingLeft: error.message };
  }
}

/** Handlers by method name. */
export function forkMethods(state: ForkState): Readonly<Record<string, (params: unknown) => unknown>> {
  return {
    [methods.forkPoints]: (params): ForkPointsResult => {
      const { folder } = z.object({ folder: z.string() }).parse(params);
      folderOf(state, folder);
      const record = readRecord(folder);
      const ends = new Map(
        record.stages.flatMap(({ name, status, step }) => (status === "completed" ? [[name, step] as const] : [])),
      );
      const points = forkPoints(folder, record);
      if (points.length === 0) throw new Error(`${folder} has no checkpoint to fork from yet.`);
      return points.map((point) => ({ ...point, end: ends.get(point.stage) === point.step }));
    },
    [methods.forkPlan]: (params): ForkPlanResult => {
      const request = forkParams.parse(params);
      folderOf(state, request.folder);
      const { recipe, changes, stages, goesOn, nothingLeft } = plannedFork(request);
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
        nothingLeft,
        recipeStages: recipe.stages.map(({ name }) => name),
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
      const { folder } = await state.launch({ kind: "fork", ...request });
      return { folder };
    },
  };
}
