/** What `reasoning-lab fork RUN[/CHECKPOINT] [RECIPE]` asks for. */
import { basename, dirname, resolve } from "node:path";
import { liesWithin } from "../files/paths-within";
import { isFile } from "../files/workspace-file";
import { parseCheckpointName, workspaceOf } from "../runs/paths";
import type { ForkRequest } from "../launch/fork-plan";
import { UserError } from "../shared/user-error";

export interface ForkArguments {
  /** A run, or a checkpoint of one: `RUN/CHECKPOINT`, or the checkpoint's folder. */
  readonly run: string;
  /** Path of a recipe in place of the run's own. */
  readonly recipe?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly stage?: string | undefined;
  readonly set: readonly string[];
  readonly asRun: boolean;
}

/** Folder of a run that was named. Throws a UserError where there is none. */
export type FindRun = (name: string) => string;

/** A run and its checkpoint, of which a path may name both. */
export function pointOf(name: string, findRun: FindRun): Pick<ForkRequest, "folder" | "checkpoint"> {
  try {
    return { folder: findRun(name), checkpoint: null };
  } catch (error) {
    const inside = dirname(name);
    if (inside === "." || parseCheckpointName(name) === null) throw error;
    const folder = findRun(basename(inside) === "checkpoints" ? dirname(inside) : inside);
    return { folder, checkpoint: basename(name) };
  }
}

function settingOf(text: string): ForkRequest["settings"][number] {
  const at = text.indexOf("=");
  if (at <= 0)
    throw new UserError(`--set takes PATH=VALUE, as in --set reasoning-rl.learning_rate=0.0003, not "${text}".`);
  return { path: text.slice(0, at).trim(), text: text.slice(at + 1).trim() };
}

/** Throws a UserError for people. */
export function forkRequest(given: ForkArguments, findRun: FindRun): ForkRequest {
  const point = pointOf(given.run, findRun);
  if (point.checkpoint !== null && given.checkpoint !== undefined)
    throw new UserError(`${given.run} already names a checkpoint: leave out --checkpoint ${given.checkpoint}.`);
  const recipeFile = given.recipe === undefined ? null : resolve(given.recipe);
  if (recipeFile !== null) {
    if (given.asRun) throw new UserError(`--as-run takes the run's own recipe: leave out ${given.recipe ?? ""}.`);
    if (!isFile(recipeFile))
      throw new UserError(`There is no recipe ${recipeFile}. Settings are changed by --set PATH=VALUE.`);
    const workspace = workspaceOf(point.folder);
    if (!liesWithin(workspace, recipeFile))
      throw new UserError(`${recipeFile} is not in the workspace folder ${workspace}, where the run is.`);
  }
  return {
    folder: point.folder,
    checkpoint: point.checkpoint ?? given.checkpoint ?? null,
    stage: given.stage ?? null,
    recipe: given.asRun ? "run" : "file",
    ...(recipeFile === null ? {} : { recipeFile }),
    settings: given.set.map(settingOf),
  };
}
