/** Whether a fork would evaluate on prompts that the run it goes on from has trained on. */
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { RunRecord } from "../protocol/run";
import type { Recipe, TaskSpec } from "../recipes/schema";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { createTasks } from "../tasks/create-tasks";
import type { TaskRow } from "../tasks/task";
import { dataHashes } from "./data-hashes";

interface Side {
  readonly recipe: Recipe;
  /** Absolute path. */
  readonly recipeFile: string;
}

type DatasetSpec = Extract<TaskSpec, { name: "dataset" }>;

const datasetsOf = ({ task, general_task }: Recipe): DatasetSpec[] =>
  [task, general_task].filter((spec) => spec?.name === "dataset");

const hashesOf = ({ recipe, recipeFile }: Side): Record<string, string> => dataHashes(recipe, dirname(recipeFile), []);

/** Rows of the data sets on one side of their split. */
function listed({ recipe, recipeFile }: Side, side: "training" | "heldOut"): TaskRow[] {
  const { task, generalTask } = createTasks(recipe, dirname(recipeFile));
  return [task, generalTask].flatMap((each) => (each?.rows.kind === "listed" ? each.rows[side] : []));
}

/**
 * Throws when data sets of a fork hold out a prompt that its run trained on, or when that cannot be told because the run's own files were edited.
 * A split by hash is the same everywhere, so that only data sets with a file of held-out rows can be told apart.
 */
export function refuseTrainedPrompts(parent: Side & { readonly record: RunRecord }, fork: Side): void {
  const [before, after] = [datasetsOf(parent.recipe), datasetsOf(fork.recipe)];
  if (after.length === 0 || [...before, ...after].every(({ held_out }) => held_out === undefined)) return;
  const { data } = parent.record.hashes;
  const now = hashesOf(fork);
  const same = (file: string | undefined): boolean => file === undefined || data[file] === now[file];
  const sameSplit = ({ held_out }: DatasetSpec): boolean => held_out !== undefined && same(held_out);
  if (isDeepStrictEqual(before, after) && after.every((spec) => sameSplit(spec) || same(spec.train))) return;
  const edited = Object.entries(hashesOf(parent)).find(
    ([file, hash]) => data[file] !== undefined && data[file] !== hash,
  );
  if (edited)
    throw new Error(
      `${edited[0]} is not what it was when the run began, so prompts that the run was trained on may be held out in the fork. Put the file back, or start a new run.`,
    );
  const trained = new Set(listed(parent, "training").map(({ prompt }) => canonicalPrompt(prompt)));
  const leaks = listed(fork, "heldOut").filter(({ prompt }) => trained.has(canonicalPrompt(prompt)));
  const [first] = leaks;
  if (!first) return;
  throw new Error(
    `The fork would hold out ${leaks.length === 1 ? "a prompt" : `${leaks.length} prompts`} that the run was trained on, the first ${JSON.stringify(first.prompt.slice(0, 80))}: its ` +
      "evaluations would measure memory. Hold out prompts that are new, or start a new run.",
  );
}
