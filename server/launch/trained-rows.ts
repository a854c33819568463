/** What runs were given to train on, by their recipes. */
import { dirname } from "node:path";
import { readLabels } from "../labels/label";
import { holdsRows } from "../labels/label-rows";
import { dataFiles, filesOfStage } from "../recipes/data-files";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";
import { filesOf } from "../rows/data-file";
import { readWholeText } from "../rows/text-blocks";
import { askedTexts } from "../tasks/conversation";
import { createTasks } from "../tasks/create-tasks";
import type { RecipeTasks } from "../tasks/task";
import { readExampleFile } from "../tasks/example-file";
import { readPairRows } from "../tasks/pair-rows";
import type { Place } from "../tasks/task";
import { keptOfFiles } from "./kept-of-files";

/** A recipe and where it lies. */
export interface PlacedRecipe {
  readonly recipe: Recipe;
  /** Absolute path. */
  readonly recipeFile: string;
}

export interface TrainedPrompt {
  readonly prompt: string;
  /** Of a row of a file. */
  readonly place?: Place | undefined;
}

const keptTasks = keptOfFiles<RecipeTasks>();

/** The tasks of a recipe where it lies. */
export function tasksOf({ recipe, recipeFile }: PlacedRecipe): RecipeTasks {
  const folder = dirname(recipeFile);
  const { task, general_task, model } = recipe;
  const files = dataFiles(recipe, []).map((file) => resolveFrom(folder, file));
  return keptTasks(JSON.stringify([folder, task, general_task, model]), files, () => createTasks(recipe, folder));
}

/**
 * Prompts of a recipe's data sets that are trained on. `all`: with those that the files of held-out rows name, as when these files are not what they
 * were.
 */
export function trainedOfDatasets({ recipe, recipeFile }: PlacedRecipe, all: boolean): TrainedPrompt[] {
  const without = <T extends Recipe["task"]>(spec: T): T =>
    spec.name === "dataset" ? { ...spec, held_out: undefined } : spec;
  const { general_task } = recipe;
  const read = all
    ? { ...recipe, task: without(recipe.task), ...(general_task ? { general_task: without(general_task) } : {}) }
    : recipe;
  const { task, generalTask } = tasksOf({ recipe: read, recipeFile });
  return [task, generalTask].flatMap((each) =>
    each?.rows.kind === "listed" ? [...each.rows.training, ...(all ? each.rows.heldOut : [])] : [],
  );
}

/** Prompts of the files of examples and pairs that stages train on. */
export function trainedOfFiles({ recipeFile }: PlacedRecipe, stages: readonly StageSpec[]): readonly TrainedPrompt[] {
  const folder = dirname(recipeFile);
  const files = stages.map((stage) => filesOfStage(stage).map((file) => resolveFrom(folder, file)));
  return keptPrompts(JSON.stringify(files), files.flat(), () => readTrained(folder, stages));
}

const keptPrompts = keptOfFiles<readonly TrainedPrompt[]>();

function readTrained(folder: string, stages: readonly StageSpec[]): TrainedPrompt[] {
  const placed = (asked: readonly string[], place: Place): TrainedPrompt[] =>
    asked.map((prompt) => ({ prompt, place }));
  return stages.flatMap((stage) => {
    if ("examples_file" in stage && stage.examples_file !== undefined)
      return readExampleFile(resolveFrom(folder, stage.examples_file), true).examples.flatMap(({ asked, file, line }) =>
        placed(asked, { file, line }),
      );
    if ("labels" in stage)
      return stage.labels
        .flatMap((name) => filesOf(resolveFrom(folder, name)))
        .flatMap((file) => (holdsRows(file) ? ofPairRows(file) : ofLabels(file)));
    return [];
  });
  function ofPairRows(path: string): TrainedPrompt[] {
    return readPairRows(path, true).pairs.flatMap((pair) => placed(askedTexts(pair), pair.place));
  }
  function ofLabels(file: string): TrainedPrompt[] {
    const { labels, lines } = readLabels(readWholeText(file), file);
    return labels.map(({ id, prompt }) => ({ prompt, place: { file, line: lines.get(id)! } }));
  }
}
