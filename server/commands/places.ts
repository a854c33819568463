/** Which files and folders a command means by what was typed. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { liesWithin } from "../files/paths-within";
import { isFile } from "../files/workspace-file";
import { runsFolder } from "../runs/paths";
import { UserError } from "../shared/user-error";
import { required } from "./command";
import { pointOf } from "./fork-request";

/** What a project's folder has. */
const projectMarks = [".git", ".vscode", "package.json"];

function hasRecipe(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith(".lab.json"));
  } catch {
    return false;
  }
}

/** The workspace of a recipe, where its runs go, or of a reward: the nearest folder around it that has runs already, else the nearest that is a project's, else its own. */
export function workspaceOfFile(file: string, given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  const nearest = (fits: (folder: string) => boolean): string | null => {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      if (fits(folder)) return folder;
      if (folder === dirname(folder)) return null;
    }
  };
  return (
    nearest((folder) => existsSync(runsFolder(folder))) ??
    nearest((folder) => projectMarks.some((mark) => existsSync(join(folder, mark)))) ??
    // A project that is new has neither; the recipe that names a reward lies beside it or above.
    nearest((folder) => hasRecipe(folder)) ??
    dirname(file)
  );
}

/** A recipe and the workspace folder that it lies in. Throws a UserError. */
export function recipeOf(path: string, workspace: string | undefined) {
  const recipeFile = resolve(path);
  if (!isFile(recipeFile)) throw new UserError(`There is no recipe ${recipeFile}.`);
  const workspaceFolder = workspaceOfFile(recipeFile, workspace);
  if (!liesWithin(workspaceFolder, recipeFile))
    throw new UserError(`${recipeFile} is not in the workspace folder ${workspaceFolder}.`);
  return { recipeFile, workspaceFolder };
}

/** The argument that names a run. */
export const recordedRun = required("folder of the run, or its name under .reasoning-lab/runs");

/** Folder of a run that is named by it, or by its name under the current folder's. Throws a UserError where there is none. */
export function findRun(name: string): string {
  const candidates = [resolve(name), join(runsFolder(process.cwd()), name)];
  const found = candidates.find((folder) => existsSync(join(folder, "run.json")));
  if (found === undefined)
    throw new UserError(`There is no run ${name}: neither that folder nor one under ${runsFolder(process.cwd())}.`);
  return found;
}

/** A checkpoint by its run and name, or by its folder; a run stands for its newest policy. Throws a UserError. */
export function findCheckpoint(name: string): { readonly folder: string; readonly checkpoint: string | null } {
  try {
    return pointOf(name, findRun);
  } catch {
    throw new UserError(
      `${name} is neither a run nor a checkpoint of one (RUN/STAGE-STEP, or the checkpoint's folder): neither that folder nor a run under ${runsFolder(process.cwd())}. ` +
        "The run's recipe says which prompts to answer. For a checkpoint without a run, write a recipe with it as the model and an evaluation stage, and run that.",
    );
  }
}
