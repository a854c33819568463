/** Whether a fork would evaluate on prompts that the run it goes on from has trained on. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { heldOutPrompts } from "../evaluation/leaks";
import { holdsRows } from "../labels/label-rows";
import type { RunRecord } from "../protocol/run";
import { filesOfStage } from "../recipes/data-files";
import { resolveFrom } from "../recipes/resolve-from";
import { recipeSchema, type Recipe, type TaskSpec } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";
import { filesOf } from "../rows/data-file";
import { parseCheckpointName, recipeFileOf, recordPath } from "../runs/paths";
import { readRecord } from "../runs/record";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { placeText } from "../tasks/task";
import { dataHashes } from "./data-hashes";
import { tasksOf, trainedOfDatasets, trainedOfFiles, type PlacedRecipe, type TrainedPrompt } from "./trained-rows";
import { UserError } from "../shared/user-error";

interface ParentRun extends PlacedRecipe {
  readonly folder: string;
  readonly record: RunRecord;
}

/** A run that the fork's weights come from, with what it did until its checkpoint. */
interface Ancestor extends ParentRun {
  readonly stages: readonly StageSpec[];
}

type DatasetSpec = Extract<TaskSpec, { name: "dataset" }>;

const datasetsOf = ({ task, general_task }: Recipe): DatasetSpec[] =>
  [task, general_task].filter((spec) => spec?.name === "dataset");

const hashesOf = ({ recipe, recipeFile }: PlacedRecipe, stages: readonly StageSpec[] = []): Record<string, string> =>
  dataHashes(recipe, dirname(recipeFile), stages);

const heldOutOf = (placed: PlacedRecipe): ReadonlySet<string> => heldOutPrompts(placed.recipe, tasksOf(placed));

function refuse(leaks: readonly TrainedPrompt[]): void {
  const [first] = leaks;
  if (!first) return;
  const { prompt, place } = first;
  const count = new Set(leaks.map((leak) => canonicalPrompt(leak.prompt))).size;
  const at = place ? ` (${placeText(place)})` : "";
  throw new UserError(
    `The fork would hold out ${count === 1 ? "a prompt" : `${count} prompts`} that the run was trained on, the first ${JSON.stringify(prompt.slice(0, 80))}${at}: its ` +
      "evaluations would measure memorisation. Leave unchanged what selects held-out prompts (seed, task, evaluation.prompts and the like), hold out new prompts, or " +
      "start a new run.",
  );
}

/** Throws when a file that it depends on is not what it was: what a run was trained on cannot be told then. */
function refuseEdited(
  { record }: ParentRun,
  now: Readonly<Record<string, string>>,
  mayDiffer: ReadonlySet<string>,
): void {
  const edited = Object.entries(now).find(
    ([file, hash]) => !mayDiffer.has(file) && (record.hashes.data[file] ?? hash) !== hash,
  );
  if (edited)
    throw new UserError(
      `${edited[0]} has changed since the run began, so the fork might hold out prompts that the run was trained on. Restore the file, or start a new run.`,
    );
}

/**
 * Throws when a fork measures on a prompt that the runs it goes on from have trained on, or when that cannot be told because their files were edited.
 * `checkpoint`: what it goes on from.
 */
export function refuseTrainedPrompts(parent: ParentRun & { readonly checkpoint: string }, fork: PlacedRecipe): void {
  refuseDatasets(parent, fork);
  for (const ancestor of ancestors(parent)) refuseFiles(ancestor, fork);
}

/** A split by hash is the same everywhere, so that only data sets with a file of held-out rows can be told apart. */
function refuseDatasets(parent: ParentRun, fork: PlacedRecipe): void {
  const [before, after] = [datasetsOf(parent.recipe), datasetsOf(fork.recipe)];
  if (before.length === 0 || [...before, ...after].every(({ held_out }) => held_out === undefined)) return;
  const { data } = parent.record.hashes;
  const now = hashesOf(fork);
  const same = ({ train, held_out = train }: DatasetSpec): boolean => data[held_out] === now[held_out];
  if (isDeepStrictEqual(before, after) && after.every(same)) return;
  const files = new Set(before.flatMap(({ held_out }) => held_out ?? []));
  const were = hashesOf(parent);
  refuseEdited(parent, were, files);
  const editedSplit = [...files].some((file) => (data[file] ?? were[file]) !== were[file]);
  const heldOut = heldOutOf(fork);
  refuse(trainedOfDatasets(parent, editedSplit).filter(({ prompt }) => heldOut.has(canonicalPrompt(prompt))));
}

/** The run, and the forks and runs that it goes back to, as far as they are still there. */
function* ancestors(parent: ParentRun & { readonly checkpoint: string }): Generator<Ancestor> {
  const seen = new Set<string>();
  for (let run: ParentRun = parent, { checkpoint } = parent; !seen.has(run.folder);) {
    seen.add(run.folder);
    const last = run.recipe.stages.findIndex(({ name }) => name === parseCheckpointName(checkpoint)?.stage);
    yield { ...run, stages: last < 0 ? run.recipe.stages : run.recipe.stages.slice(0, last + 1) };
    const { parent: of } = run.record;
    const folder = of && join(dirname(parent.folder), basename(of.run));
    if (!of || !folder || !existsSync(recordPath(folder))) return;
    const record = readRecord(folder);
    const recipe = recipeSchema.safeParse(record.recipe);
    if (!recipe.success || record.sources !== null) return;
    run = { folder, record, recipe: recipe.data, recipeFile: recipeFileOf(folder, record) };
    ({ checkpoint } = of);
  }
}

/** What a run held out was refused or left out of its files, so that only other prompts can leak. */
function refuseFiles(run: Ancestor, fork: PlacedRecipe): void {
  const { recipe, recipeFile, record, stages } = run;
  const files = stages.flatMap(filesOfStage);
  if (files.length === 0) return;
  const { data } = record.hashes;
  const ofTasks = hashesOf(run);
  const asItWas = Object.entries(ofTasks).every(([file, hash]) => (data[file] ?? hash) === hash);
  const measuring = ({ task, general_task, seed, evaluation, stages: all }: Recipe): unknown => [
    task,
    general_task,
    seed,
    evaluation,
    all,
  ];
  if (asItWas && recipeFile === fork.recipeFile && isDeepStrictEqual(measuring(recipe), measuring(fork.recipe))) return;
  const before = asItWas ? heldOutOf(run) : new Set<string>();
  const fresh = new Set([...heldOutOf(fork)].filter((prompt) => !before.has(prompt)));
  if (fresh.size === 0) return;
  const now = Object.fromEntries(Object.entries(hashesOf(run, stages)).filter(([file]) => files.includes(file)));
  // Labels are only ever added to their file.
  const grows = (file: string): boolean =>
    stages.some((stage) => "labels" in stage && stage.labels.includes(file)) &&
    now[file] !== "missing" &&
    filesOf(resolveFrom(dirname(recipeFile), file)).every((path) => !holdsRows(path));
  refuseEdited(run, now, new Set(files.filter(grows)));
  refuse(trainedOfFiles(run, stages).filter(({ prompt }) => fresh.has(canonicalPrompt(prompt))));
}
