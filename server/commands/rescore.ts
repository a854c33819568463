/** `reasoning-lab rescore RUN`. */
import { resolve } from "node:path";
import type { RescoreSteps } from "../protocol/rescore";
import { rescoreRun } from "../scoring/rescore";
import { UserError } from "../shared/user-error";
import { typedReward } from "../terminal/command-text";
import { print, printJson } from "../terminal/print";
import { progressDisplay } from "../terminal/progress";
import { rescoringText } from "../terminal/rescore-text";
import { command } from "./command";
import { flag, number, ranges, text, type OptionOf } from "./options";
import { findRun, recordedRun } from "./places";
import { node } from "./run-options";

/** `12`, `3-9`, `newest`; all where it is not typed. */
const steps: OptionOf<RescoreSteps> = {
  placeholder: "A-B",
  description: "only these steps of training: 3-9, one number, or newest (default: all)",
  read: (typed, name) => {
    if (typed.length > 1) throw new UserError(`${name} is given twice.`);
    const [wanted] = typed;
    if (wanted === undefined) return "all";
    if (wanted === "newest") return wanted;
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(wanted) ?? [];
    if (first === undefined || last === undefined || Number(first) > Number(last))
      throw new UserError(`${name} must be steps such as 3-9, one number, or newest, not "${wanted}".`);
    return { first: Number(first), last: Number(last) };
  },
};

export const rescoreCommand = command({
  name: "rescore",
  summary: "score the stored rollouts of a run with its rewards as they are now, and compare",
  details:
    "By step: means, rank correlation with the old scores, samples whose advantage changes sign, groups that gain or lose signal.",
  arguments: { run: recordedRun },
  options: {
    reward: text("file", "only this reward: FILE.reward.ts[#EXPORT] (default: all of the recipe)"),
    steps,
    json: flag("print everything as JSON"),
    workers: number("n", ranges.count, "reward processes at a time (default: as many as there are cores)"),
    workspace: text("folder", "folder of the recipe, of a run that is recorded elsewhere"),
    node,
  },
  act: async ({ run }, { reward, steps: wanted, json, workers, workspace, node: nodePath = "" }, { installation }) => {
    const typed = reward === undefined ? null : typedReward(reward);
    const display = progressDisplay(json ? process.stderr : process.stdout);
    const interrupt = () => process.exit(130);
    process.once("SIGINT", interrupt);
    process.once("SIGTERM", interrupt);
    try {
      const found = await rescoreRun({
        runFolder: findRun(run),
        ...(workspace === undefined ? {} : { sources: resolve(workspace) }),
        reward: typed && { file: resolve(typed.file), export: typed.name },
        steps: wanted,
        installation,
        nodePath,
        ...(workers === null ? {} : { workers }),
        log: (line) => display.print(line),
      });
      display.end();
      if (json) printJson(found, 2);
      else print(rescoringText(found));
      return found.all.errors > 0 ? 1 : 0;
    } finally {
      display.end();
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    }
  },
});
