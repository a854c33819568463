/** Answers about forks of a run: what a fork would do, and the fork. */
import type { Handlers } from "../protocol/methods";
import { settingMeanings } from "../recipes/assist";
import { changeText, settingsOf } from "../recipes/recipe-changes";
import { readRecord } from "../runs/record";
import { forkPoints, NothingLeftError, planFork, type ForkPlan, type ForkRequest } from "../launch/fork-plan";
import type { Launch } from "./launch";
import { folderOf, needTrust, type Workspace } from "./request-guards";
import { UserError } from "../shared/user-error";

export interface ForkState extends Workspace {
  readonly launch: Launch;
}

/** What a fork is to do. Where nothing is left to do, settings can still be changed, and a stage be named. */
function plannedFork(
  request: ForkRequest,
): Pick<ForkPlan, "recipe" | "changes" | "stages" | "goesOn" | "notice"> & { readonly nothingLeft: string | null } {
  try {
    return { ...planFork(request), nothingLeft: null };
  } catch (error) {
    if (!(error instanceof NothingLeftError)) throw error;
    return { ...error.plan, stages: [], goesOn: null, notice: null, nothingLeft: error.message };
  }
}

export function forkMethods(state: ForkState): Handlers<"forkPoints" | "forkPlan" | "forkRun"> {
  return {
    forkPoints: ({ folder }) => {
      folderOf(state, folder);
      const record = readRecord(folder);
      const ends = new Map(
        record.stages.flatMap(({ name, status, step }) => (status === "completed" ? [[name, step] as const] : [])),
      );
      const points = forkPoints(folder, record);
      if (points.length === 0) throw new UserError(`${folder} does not have a checkpoint to fork from yet.`);
      return points.map((point) => ({ ...point, end: ends.get(point.stage) === point.step }));
    },
    forkPlan: (request) => {
      folderOf(state, request.folder);
      // What it reads its recipe may have anywhere: data sets, which are looked through for prompts that the run trained on.
      needTrust(state, "A fork");
      const { recipe, changes, stages, goesOn, notice, nothingLeft } = plannedFork(request);
      const checkpoints = forkPoints(request.folder, readRecord(request.folder));
      const from = checkpoints.find(({ name }) => name === request.checkpoint) ?? checkpoints[0]!;
      // With more steps the checkpoint's own stage would run as well.
      const running = new Set<string | undefined>([...stages.map(({ name }) => name), from.stage]);
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
        from,
        stages: stages.map(({ name }) => name),
        goesOn: goesOn !== null,
        notice,
        nothingLeft,
        recipeStages: recipe.stages.map(({ name }) => name),
        changes: changes.map(changeText),
        settings: settings.map(({ path, value }, index) => ({
          path,
          value: JSON.stringify(value),
          about: about[index] ?? "",
        })),
      };
    },
    forkRun: async (request) => {
      folderOf(state, request.folder);
      needTrust(state, "A run");
      const { folder } = await state.launch({ kind: "fork", ...request });
      return { folder };
    },
  };
}
