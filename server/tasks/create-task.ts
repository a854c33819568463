import type { TaskSpec } from "../recipes/schema";
import { chainSum } from "./chain-sum";
import { dataset } from "./dataset";
import type { Task } from "./task";

/** The task that a recipe names. `folder`: the recipe's. Throws when a dataset cannot be used. */
export function createTask(spec: TaskSpec, folder: string): Task {
  switch (spec.name) {
    case "chain-sum":
      return chainSum(spec);
    case "dataset":
      return dataset(spec, folder);
  }
}
