/** `reasoning-lab evaluate CHECKPOINT_OR_RUN`. */
import { evaluateCheckpoint } from "../launch/evaluate-checkpoint";
import { follow } from "../terminal/follow";
import { command, required } from "./command";
import { number, ranges } from "./options";
import { findCheckpoint } from "./places";
import { elsewhere, machineOptions, ofRun } from "./run-options";

export const evaluateCommand = command({
  name: "evaluate",
  summary: "evaluate a checkpoint on the held-out prompts: pass@1, pass@k, maj@k and best of k",
  details: "Every measure has its interval, over all prompts and by difficulty. The evaluation is a run of its own.",
  arguments: {
    checkpoint: required("RUN/CHECKPOINT, the checkpoint's folder, or a run (its newest policy)"),
  },
  options: {
    samples: number("n", ranges.count, "completions per prompt, instead of the recipe's"),
    ...ofRun,
  },
  act: ({ checkpoint }, { samples, ...given }, context) => {
    const options = { ...machineOptions(given, context), ...elsewhere(given.workspace) };
    const request = { ...findCheckpoint(checkpoint), samples };
    return follow((handlers) => evaluateCheckpoint(request, options, handlers), options, context.program);
  },
});
