/** `trainer_state.json` of transformers' Trainer, and so of TRL: what it logged, as of a checkpoint. */
import * as z from "zod";
import { basename, dirname } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { messageOf, UserError } from "../shared/user-error";
import { gatherMetrics, type TrackerMetrics } from "./gather";
import { parsePythonJson } from "./python-json";

const stateSchema = z.object({ log_history: z.array(z.record(z.string(), z.unknown())) });

const bounds = { depth: 20, values: 5_000_000 };

/** Throws a UserError where it is none. */
export function readTrainerState(path: string): TrackerMetrics {
  let value: unknown;
  try {
    value = parsePythonJson(readText(path, sizeLimits.model), bounds);
  } catch (error) {
    throw new UserError(`${path} is no JSON that can be read: ${messageOf(error)}`, { cause: error });
  }
  const state = stateSchema.safeParse(value);
  if (!state.success)
    throw new UserError(
      `${path} has no "log_history", which trainer_state.json of TRL and transformers has. A table is a file with an object a line, or CSV.`,
    );
  const gathered = gatherMetrics();
  const run = basename(dirname(path));
  for (const entry of state.data.log_history) {
    const { step } = entry;
    if (typeof step !== "number") {
      gathered.leftOut("rows without a step", Object.keys(entry).slice(0, 3).join(", "));
      continue;
    }
    for (const [name, found] of Object.entries(entry)) {
      if (name === "step") continue;
      if (typeof found === "number" || found === null) gathered.add(run, step, 0, name, found ?? Number.NaN);
      else gathered.leftOut(typeof found, name);
    }
  }
  return gathered.done("TRL");
}
