/** `reasoning-lab run RECIPE`. */
import { resolve } from "node:path";
import { startRun } from "../launch/run";
import { follow } from "../terminal/follow";
import { command, required } from "./command";
import { number, ranges, text } from "./options";
import { recipeOf } from "./places";
import { engines, machineOptions, node } from "./run-options";

export const runCommand = command({
  name: "run",
  summary: "run a recipe, or one of its stages",
  details:
    "The run is recorded in .reasoning-lab/runs of the workspace. That is the nearest folder around the recipe that has runs, else the nearest project (.git, .vscode, package.json), else the recipe's folder.\n\nCtrl-C ends the run with a checkpoint: at once while completions are drawn, which are drawn again on resume, else after the step in progress. A second Ctrl-C ends it at once.",
  arguments: { recipe: required("file of the recipe (*.lab.json)") },
  options: {
    stage: text("name", "run only this stage"),
    seed: number("n", ranges.seed, "seed, instead of the recipe's"),
    workspace: text("folder", "workspace folder of the recipe"),
    output: text("folder", "record the run in .reasoning-lab/runs of this folder"),
    node,
    engines,
  },
  act: ({ recipe }, given, context) => {
    const { recipeFile, workspaceFolder: sources } = recipeOf(recipe, given.workspace);
    const where =
      given.output === undefined ? { workspaceFolder: sources } : { workspaceFolder: resolve(given.output), sources };
    const options = { ...machineOptions(given, context), ...where };
    const start = { ...options, recipeFile, stage: given.stage ?? null, seed: given.seed };
    return follow((handlers) => startRun(start, handlers), options, context.program);
  },
});
