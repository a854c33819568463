/** Evaluates a checkpoint of a run, as a run of its own. */
import { basename, dirname, resolve } from "node:path";
import { gives, kindOf } from "../protocol/stage-kinds";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { evaluationStageSchema, type EvaluationStageSpec } from "../recipes/stages";
import { listCheckpoints } from "../runs/checkpoints";
import { givenCheckpoint } from "../runs/given-checkpoint";
import { checkpointsFolder, recipeFileOf, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { dataHashes } from "./data-hashes";
import { startRun, type RunHandle, type RunHandlers } from "./run";
import { recordedPath } from "./source-checkpoint";
import type { RunOptions } from "./supervise";
import { UserError } from "../shared/user-error";

export interface EvaluateRequest {
  /** Run folder. */
  readonly folder: string;
  /** Folder name of a checkpoint; null: what the run's last stage that gave a policy gives. */
  readonly checkpoint: string | null;
  /** Completions per held-out prompt; null: as the recipe has it. */
  readonly samples: number | null;
}

interface Plan {
  readonly recipe: Recipe;
  readonly stage: EvaluationStageSpec;
  /** Folder name. */
  readonly checkpoint: string;
}

/** Name of a stage that the recipe does not have yet. */
function freeName({ stages }: Recipe, wanted: string): string {
  const taken = new Set(stages.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The run's recipe with one stage more: the evaluation of its checkpoint. Throws an Error with a sentence for people when there is none. */
export function planEvaluation({ folder, checkpoint: wanted, samples }: EvaluateRequest): Plan {
  const record = readRecord(folder);
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    throw new UserError(
      `${folder} was made by another version of Reasoning Lab, and its recipe cannot be read (${parsed.error.issues[0]?.message ?? ""}).`,
    );
  const recipe = parsed.data;
  const checkpoints = listCheckpoints(folder);
  const given = (): string | null => {
    const paths = recipe.stages
      .filter((each) => gives(each, "policy"))
      .map(({ name }) => givenCheckpoint(folder, record, name));
    const path = paths.findLast((each) => each !== null);
    return path ? basename(path) : null;
  };
  const chosen = wanted ?? given();
  const checkpoint = checkpoints.find(({ name }) => name === chosen);
  if (!checkpoint)
    throw new UserError(
      wanted === null
        ? `${folder} has no checkpoint of a policy yet.`
        : `${folder} has no checkpoint ${wanted}. It has: ${checkpoints.map(({ name }) => name).join(", ") || "none"}.`,
    );
  const source = recipe.stages.find(({ name }) => name === checkpoint.stage);
  if (!source) throw new UserError(`The recipe of ${folder} has no stage ${checkpoint.stage}.`);
  if (!gives(source, "policy"))
    throw new UserError(
      `${checkpoint.name} is a ${kindOf(source).title}, not a policy, so it cannot answer prompts. Its report says how good it is.`,
    );
  const stage = evaluationStageSchema.parse({
    kind: "evaluation",
    name: freeName(recipe, "evaluation"),
    from: source.name,
    ...(samples === null ? {} : { samples }),
  });
  return {
    recipe: { ...recipe, name: `${recipe.name} · ${checkpoint.name}`, stages: [...recipe.stages, stage] },
    stage,
    checkpoint: checkpoint.name,
  };
}

/**
 * Throws when a file that says which prompts are held out is not what the run was trained with: prompts that it learned from may be among them, and
 * nothing tells any more.
 */
function refuseOtherSplit(folder: string, recipe: Recipe, recipeFolder: string): void {
  const { data } = readRecord(folder).hashes;
  for (const [file, hash] of Object.entries(dataHashes(recipe, recipeFolder, []))) {
    const before = data[file];
    if (before === undefined || before === hash) continue;
    const change = hash === "missing" ? "no longer exists" : "was edited since this checkpoint's run began";
    throw new UserError(
      `${file} ${change}, so prompts that it was trained on may count as held out. Put the file back as it was. To measure on other prompts that you know to be new, write a recipe with this checkpoint as its model and an evaluation stage.`,
    );
  }
}

/** Starts the run. Throws when it cannot begin, as {@link startRun} does, and when its prompts may have been trained on. */
export async function evaluateCheckpoint(
  request: EvaluateRequest,
  options: RunOptions,
  handlers: RunHandlers = {},
): Promise<RunHandle> {
  const { recipe, stage, checkpoint } = planEvaluation(request);
  const workspaceFolder = workspaceOf(request.folder);
  const recipeFile = recipeFileOf(request.folder, readRecord(request.folder), options.sources);
  refuseOtherSplit(request.folder, recipe, dirname(recipeFile));
  return startRun(
    {
      ...options,
      workspaceFolder,
      recipeFile,
      recipe,
      stage: stage.name,
      seed: null,
      from: recordedPath(workspaceFolder, resolve(checkpointsFolder(request.folder), checkpoint)),
    },
    handlers,
  );
}
