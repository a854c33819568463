/** `reasoning-lab resume RUN`. */
import { resumeNotice, resumeRun } from "../launch/run";
import { follow } from "../terminal/follow";
import { print } from "../terminal/print";
import { command } from "./command";
import { flag } from "./options";
import { findRun, recordedRun } from "./places";
import { elsewhere, machineOptions, ofRun } from "./run-options";

export const resumeCommand = command({
  name: "resume",
  summary: "continue a run that was stopped, paused or interrupted",
  arguments: { run: recordedRun },
  options: {
    skipBatch: flag("skip the step whose numbers are not finite"),
    acceptChanges: flag("continue although a reward, data, the engine or the version has changed"),
    ...ofRun,
  },
  act: ({ run }, { skipBatch, acceptChanges, ...given }, context) => {
    const folder = findRun(run);
    const sources = elsewhere(given.workspace);
    const options = { ...machineOptions(given, context), ...sources };
    const notice = resumeNotice(folder, sources);
    if (notice !== null) print(notice);
    return follow(
      (handlers) => resumeRun(folder, { ...options, skipBatch, acceptChanges }, handlers),
      options,
      context.program,
    );
  },
});
