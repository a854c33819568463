import type { TaskSpec } from "../recipes/schema";
import { chainSum } from "./chain-sum";
import type { Task } from "./task";

/** The task that a recipe names. */
export function createTask(spec: TaskSpec): Task {
  switch (spec.name) {
    case "chain-sum":
      return chainSum(spec);
  }
}
