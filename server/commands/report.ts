/** `reasoning-lab report RUN`. */
import { readRun } from "../runs/list-runs";
import { UserError } from "../shared/user-error";
import { fullReport } from "../terminal/full-report";
import { print, printJson } from "../terminal/print";
import { reportJson } from "../terminal/report-json";
import { command } from "./command";
import { choice, flag } from "./options";
import { findRun, recordedRun } from "./places";

export const reportCommand = command({
  name: "report",
  summary: "show held-out results before and after each stage of a run",
  arguments: { run: recordedRun },
  options: {
    format: choice(["text", "json"], "for people (usually), or for scripts"),
    json: flag("the same as --format json"),
  },
  act: ({ run }, { format, json }) => {
    if (json && format === "text")
      throw new UserError("--json and --format text contradict each other: leave out one.");
    const folder = findRun(run);
    const { record, problem } = readRun(folder);
    if (record === null) throw new UserError(problem ?? "The run cannot be read.");
    if (json || format === "json") printJson(reportJson(folder, record), 2);
    else print(fullReport(folder, record));
    return 0;
  },
});
