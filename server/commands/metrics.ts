/** `reasoning-lab metrics FILE`. */
import { resolve } from "node:path";
import { workspaceThresholds } from "../runs/workspace-thresholds";
import { print, printError, printJson } from "../terminal/print";
import { trackerHealth, trackerText } from "../terminal/tracker-text";
import { readTracker } from "../trackers/read-tracker";
import { command, required } from "./command";
import { choice } from "./options";
import { workspaceOfFile } from "./places";

export const metricsCommand = command({
  name: "metrics",
  summary: "show metrics that another tool wrote, and what they show of the run's health",
  details:
    "Reads trainer_state.json of TRL, verl's file logger, event files of TensorBoard, projects of Trackio, and JSONL or CSV with a column of steps. Metrics that mean what one here does get its name.",
  arguments: { file: required("file, or a folder of event files or of TRL's checkpoints") },
  options: { format: choice(["text", "json"], "for people (usually), or for scripts") },
  act: ({ file }, { format }) => {
    const path = resolve(file);
    const metrics = readTracker(path);
    const { thresholds, problems } = workspaceThresholds(workspaceOfFile(path, undefined));
    for (const problem of problems) printError(problem);
    if (format === "json") printJson({ metrics: 1, ...metrics, health: trackerHealth(metrics, thresholds) });
    else print(trackerText(metrics, thresholds));
    return 0;
  },
});
