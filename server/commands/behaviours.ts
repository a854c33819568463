/** `reasoning-lab behaviours RUN`. */
import { behavioursText } from "../terminal/behaviours-text";
import { print } from "../terminal/print";
import { command } from "./command";
import { findRun, recordedRun } from "./places";

export const behavioursCommand = command({
  name: "behaviours",
  summary: "show what the rollouts of a run do, from first to last: corrections, flags, lengths",
  arguments: { run: recordedRun },
  options: {},
  act: ({ run }) => {
    print(behavioursText(findRun(run)));
    return 0;
  },
});
