import type { TaskSpec } from "../recipes/schema";
import { chainSum } from "./chain-sum";
import type { Task } from "./task";

const tasks = { "chain-sum": chainSum };

/** The task that a recipe names. */
export function createTask(spec: TaskSpec): Task {
  return tasks[spec.name](spec);
}
