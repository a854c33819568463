/** `reasoning-lab fork RUN[/CHECKPOINT] [RECIPE]`. */
import { changeText } from "../recipes/recipe-changes";
import { planFork } from "../launch/fork-plan";
import { forkRun } from "../launch/run";
import { follow } from "../terminal/follow";
import { print } from "../terminal/print";
import { command, optional, required } from "./command";
import { forkRequest } from "./fork-request";
import { flag, text, texts } from "./options";
import { findRun } from "./places";
import { elsewhere, machineOptions, ofRun } from "./run-options";

export const forkCommand = command({
  name: "fork",
  summary: "start a new run from a checkpoint of another",
  details: "The new run uses the recipe on disk, with the settings that --set changes.",
  arguments: {
    run: required("the run, or one of its checkpoints: RUN/CHECKPOINT, or the checkpoint's folder"),
    recipe: optional("file of another recipe of the workspace"),
  },
  options: {
    checkpoint: text("name", "start from this checkpoint (default: the last one)"),
    stage: text("name", "run only this stage"),
    set: texts("path=value", "change a setting, as in reasoning-rl.learning_rate=0.0003"),
    asRun: flag("use the run's own recipe"),
    ...ofRun,
  },
  act: ({ run, recipe }, given, context) => {
    const { checkpoint, stage, set, asRun } = given;
    const sources = elsewhere(given.workspace);
    const options = { ...machineOptions(given, context), ...sources };
    const request = { ...forkRequest({ run, recipe, checkpoint, stage, set, asRun }, findRun), ...sources };
    const { parent, stages, changes, notice } = planFork(request);
    print(`From ${parent.checkpoint} of ${parent.run}: ${stages.map(({ name }) => name).join(", ")}`);
    for (const change of changes) print(`  ${changeText(change)}`);
    if (notice !== null) print(notice);
    return follow((handlers) => forkRun(request, options, handlers), options, context.program);
  },
});
