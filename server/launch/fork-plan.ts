/** What a fork is to do: which stages, from which checkpoints, with which settings. */
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { CheckpointEntry } from "../protocol/editor";
import type { RunRecord, StageRecord } from "../protocol/run";
import { gives, learnsFrom } from "../protocol/stage-kinds";
import type { FilledSetting } from "../recipes/fill-defaults";
import { lacksMoments, withoutMomentsText } from "../models/moments";
import { changeText, recipeChanges, withSettings, type RecipeChange } from "../recipes/recipe-changes";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { sftFields } from "../recipes/sft-fields";
import { plannedSteps, type StageSpec } from "../recipes/stages";
import { sampledStage, sourceStage, sourceStages } from "../recipes/source-stage";
import { listCheckpoints } from "../runs/checkpoints";
import { givenCheckpoint } from "../runs/given-checkpoint";
import type { NewRun } from "../runs/create-run";
import { checkpointsFolder, recipeFileOf, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { dataHashes } from "./data-hashes";
import { refuseTrainedPrompts } from "./fork-leaks";
import { diskSurroundings, readRecipe } from "./read-recipe";
import { recordedPath, sourceCheckpoints } from "./source-checkpoint";
import { UserError } from "../shared/user-error";

export interface ForkRequest {
  /** Run folder to fork. */
  readonly folder: string;
  /** Name of its checkpoint to go on from; null: the last of its last stage. */
  readonly checkpoint: string | null;
  /** The one stage to run, from that checkpoint; null: the checkpoint's own if it has steps left, and all after it. */
  readonly stage: string | null;
  /** `file`: the recipe as it stands on disk now; `run`: as the run had it. */
  readonly recipe: "file" | "run";
  /** Absolute path of another recipe in the workspace, in place of the run's `file`. */
  readonly recipeFile?: string;
  /** Folder that the run's recipe lies in, where the run is recorded elsewhere. */
  readonly sources?: string;
  /** What is changed in it, as typed. */
  readonly settings: readonly { readonly path: string; readonly text: string }[];
}

export interface ForkPlan {
  readonly parent: NonNullable<RunRecord["parent"]>;
  /** Absolute path. */
  readonly recipeFile: string;
  readonly recipe: Recipe;
  /** SHA-256 of the recipe's text, before settings are changed in it. */
  readonly recipeHash: string;
  /** Defaults that a recipe of a file has for its checkpoint. */
  readonly filled: readonly FilledSetting[];
  /** What differs from the run that is forked. */
  readonly changes: readonly RecipeChange[];
  readonly stages: NewRun["stages"];
  /** Checkpoint that its stage goes on from in the middle, and whether with the samples that it has drawn; null: stages begin. */
  readonly goesOn: { readonly checkpoint: string; readonly samples: boolean } | null;
  /** What is not as in the run that is forked, without anybody having changed it; null: nothing. */
  readonly notice: string | null;
}

/** Nothing is left to do from a checkpoint with these settings. `plan` is what is known of the fork all the same. */
export class NothingLeftError extends UserError {
  override readonly name = "NothingLeftError";
  constructor(
    message: string,
    readonly plan: Pick<ForkPlan, "recipe" | "changes">,
  ) {
    super(message);
  }
}

interface Parent {
  readonly folder: string;
  readonly record: RunRecord;
  readonly recipe: Recipe;
  readonly recipeFile: string;
}

function parentOf({ folder, sources }: Pick<ForkRequest, "folder" | "sources">): Parent {
  const record = readRecord(folder);
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    throw new UserError(
      `${folder} was made by another version of Reasoning Lab, and its recipe cannot be read (${parsed.error.issues[0]?.message ?? ""}).`,
    );
  const recipeFile = recipeFileOf(folder, record, sources);
  return { folder, record, recipe: parsed.data, recipeFile };
}

/** The checkpoints that a run can be forked from, those of its last stages first. */
export function forkPoints(folder: string, record: RunRecord): CheckpointEntry[] {
  const order = new Map(record.stages.map(({ name }, index) => [name, index]));
  return listCheckpoints(folder)
    .filter(({ stage }) => order.has(stage))
    .sort((a, b) => (order.get(b.stage) ?? 0) - (order.get(a.stage) ?? 0) || b.step - a.step);
}

function chosenCheckpoint({ folder, record }: Parent, name: string | null): CheckpointEntry {
  const points = forkPoints(folder, record);
  const found = name === null ? points[0] : points.find((point) => point.name === name);
  if (found) return found;
  const known = points.map((point) => point.name).join(", ");
  throw new UserError(
    points.length === 0
      ? `${folder} does not have a checkpoint to fork from yet.`
      : `${folder} has no checkpoint "${name ?? ""}". It has: ${known}.`,
  );
}

function stageOf(recipe: Recipe, name: string, why: string): StageSpec {
  const stage = recipe.stages.find((candidate) => candidate.name === name);
  if (stage) return stage;
  throw new UserError(
    `The recipe has no stage "${name}"${why}. It has: ${recipe.stages.map((candidate) => candidate.name).join(", ")}.`,
  );
}

/** The checkpoints that a stage of the fork builds on, beside what the fork itself makes. */
function sourcesOf(
  parent: Parent,
  recipe: Recipe,
  stage: StageSpec,
  { point, made }: { readonly point: CheckpointEntry; readonly made: readonly string[] },
): Record<string, string> {
  const workspace = workspaceOf(parent.folder);
  const inParent = (source: string): string | null => {
    if (source === point.stage) return recordedPath(workspace, join(checkpointsFolder(parent.folder), point.name));
    const latest = givenCheckpoint(parent.folder, parent.record, source);
    if (latest !== null) return recordedPath(workspace, latest);
    return parent.record.stages.map(({ sources }) => sources[source]).find((path) => path !== undefined) ?? null;
  };
  const needed = sourceStages(recipe, stage).filter((source) => !made.includes(source));
  const found = needed.flatMap((source) => {
    const path = inParent(source);
    return path === null ? [] : [[source, path] as const];
  });
  if (found.length === needed.length) return Object.fromEntries(found);
  // A stage that the run never had: of another run of the recipe, as when it is run by itself.
  return { ...sourceCheckpoints(workspace, parent.record.recipeFile, recipe, stage), ...Object.fromEntries(found) };
}

type PlannedStage = NewRun["stages"][number];

const epochsOf = (stage: StageSpec): number | null =>
  "num_train_epochs" in stage ? (stage.num_train_epochs ?? null) : null;

/** How many steps a stage that has begun makes in the fork. Of one that goes by epochs only the stage knows, which said so in its run. */
function stepsOf(parent: Parent, stage: StageSpec, before: StageRecord | undefined): number {
  const epochs = epochsOf(stage);
  const asked = parent.recipe.stages.find(({ name }) => name === stage.name);
  const askedEpochs = asked ? epochsOf(asked) : null;
  if (epochs === null || askedEpochs === null || !before) return plannedSteps(stage);
  return Math.round((before.steps * epochs) / askedEpochs);
}

/** The stage of a checkpoint in the middle, as it goes on: with what it began from, and what was measured then. */
function goingOn(
  stage: StageSpec,
  { step, steps }: { readonly step: number; readonly steps: number },
  before: StageRecord,
  sources: Record<string, string>,
): PlannedStage {
  return {
    name: stage.name,
    kind: stage.kind,
    step,
    steps,
    from: before.from,
    sources: { ...sources, ...before.sources },
    before: before.before,
  };
}

const samplesModel = (recipe: Recipe, stage: StageSpec): boolean =>
  learnsFrom(stage, "samples") && sampledStage(recipe, stage) === null;

/** Throws when another model was asked for and the fork has none but its checkpoint's: the setting would be told and do nothing. */
function refuseOtherModel(changes: readonly RecipeChange[], takesModel: boolean): void {
  const first = changes.find(
    (change) => change.kind === "changed" && /^model\b/.test(change.path) && change.path !== "model.chat_template",
  );
  if (!first || takesModel) return;
  throw new UserError(
    `${changeText(first)}: the fork continues with the model of its checkpoint, which this cannot change. Undo this, or start a new run.`,
  );
}

/** Settings of rejection sampling that say what is done with its samples, not what they are. */
const afterSampling = new Set([...Object.keys(sftFields), "from", "filters", "general_share"]);

/** Whether the data set that a recipe's task reads is what it was when a run began. */
const sameData = ({ record }: Parent, recipe: Recipe, recipeFile: string): boolean =>
  Object.entries(dataHashes({ ...recipe, general_task: undefined }, dirname(recipeFile), [])).every(
    ([file, hash]) => record.hashes.data[file] === hash,
  );

/** Whether a stage that goes on would draw the samples again that its run has drawn. */
function sameSamples(parent: Parent, recipe: Recipe, recipeFile: string, stage: StageSpec): boolean {
  const drawing = (of: Recipe): unknown => {
    const { task, model, engine, seed, rewards } = of;
    const spec = of.stages.find(({ name }) => name === stage.name);
    const settings = Object.entries(spec ?? {}).filter(([key]) => !afterSampling.has(key));
    const judges = spec && learnsFrom(spec, "samples") && spec.keep_reward !== undefined ? rewards : null;
    return { task, model, engine, seed, judges, settings };
  };
  return (
    learnsFrom(stage, "samples") &&
    isDeepStrictEqual(drawing(parent.recipe), drawing(recipe)) &&
    sameData(parent, recipe, recipeFile)
  );
}

/** Refuses a setting of a stage that the fork does not run: it would stand in the lineage as a change, and change nothing. */
function refuseIdleSettings({ settings }: ForkRequest, recipe: Recipe, stages: readonly PlannedStage[]): void {
  const runs = stages.map(({ name }) => name);
  for (const { path } of settings) {
    const idle = recipe.stages.find(({ name }) => path.startsWith(`${name}.`) && !runs.includes(name));
    if (idle)
      throw new UserError(
        `${path} would have no effect, because the fork does not run ${idle.name}. It runs ${runs.join(", ")}.`,
      );
  }
}

/**
 * What a fork is to do. Throws an Error for people when it cannot be done: an unknown checkpoint, stage or setting, a setting without effect, or
 * nothing that is left to do.
 */
export function planFork(request: ForkRequest): ForkPlan {
  const plan = planStages(request);
  refuseIdleSettings(request, plan.recipe, plan.stages);
  return plan;
}

function planStages(request: ForkRequest): ForkPlan {
  const parent = parentOf(request);
  const point = chosenCheckpoint(parent, request.checkpoint);
  const recipeFile = request.recipeFile ?? parent.recipeFile;
  const { hashes } = parent.record;
  const {
    recipe: given,
    hash: recipeHash,
    filled,
  } = request.recipe === "file" ? readRecipe(recipeFile) : { recipe: parent.recipe, hash: hashes.recipe, filled: [] };
  // The engine and the seed of the run stay, unless somebody changes them.
  const kept = { ...given, engine: parent.recipe.engine, seed: parent.recipe.seed };
  const recipe = withSettings(kept, request.settings, diskSurroundings(dirname(recipeFile)));
  const changes = recipeChanges(parent.recipe, recipe);
  refuseTrainedPrompts({ ...parent, checkpoint: point.name }, { recipe, recipeFile });
  const common = {
    parent: { run: parent.record.id, checkpoint: point.name, changes: changes.map(changeText) },
    recipeFile,
    recipe,
    recipeHash,
    filled,
    changes,
  };
  const pointStage = stageOf(recipe, point.stage, ", to which the checkpoint belongs");
  if (request.stage !== null) {
    const stage = stageOf(recipe, request.stage, "");
    if (!gives(pointStage, "policy"))
      throw new UserError(`${point.name} is a ${pointStage.kind}, not a policy: no stage can start from it.`);
    const start = sourceStage(recipe, stage);
    const from = recordedPath(workspaceOf(parent.folder), join(checkpointsFolder(parent.folder), point.name));
    const sources = {
      ...sourcesOf(parent, recipe, stage, { point, made: start === null ? [] : [start] }),
      ...(start === null ? {} : { [start]: from }),
    };
    const planned = { name: stage.name, kind: stage.kind, steps: plannedSteps(stage), from, sources };
    refuseOtherModel(changes, samplesModel(recipe, stage));
    return { ...common, stages: [planned], goesOn: null, notice: null };
  }
  const before = parent.record.stages.find(({ name }) => name === point.stage);
  const wasLast = before?.status === "completed" && before.step === point.step;
  const steps = stepsOf(parent, pointStage, before);
  const more = steps > (wasLast ? before.steps : point.step);
  if (!wasLast && !more)
    throw new NothingLeftError(
      `${point.stage} has ${steps} steps in this recipe, and the checkpoint is at step ${point.step}: raise ${point.stage}.steps, or fork an earlier one.`,
      common,
    );
  const after = recipe.stages.slice(recipe.stages.indexOf(pointStage) + 1);
  const todo = more ? [pointStage, ...after] : after;
  if (todo.length === 0)
    throw new NothingLeftError(
      `${point.name} is the end of the recipe: raise ${point.stage}.steps, name a stage to run from it, or fork an earlier checkpoint.`,
      common,
    );
  const made = todo.map(({ name }) => name);
  const stages = todo.map((stage): PlannedStage => {
    const sources = sourcesOf(parent, recipe, stage, { point, made });
    if (more && stage === pointStage && before) return goingOn(stage, { step: point.step, steps }, before, sources);
    return { name: stage.name, kind: stage.kind, steps: plannedSteps(stage), from: null, sources };
  });
  const begins = todo.filter((stage) => !(more && stage === pointStage));
  refuseOtherModel(
    changes,
    begins.some((stage) => sourceStage(recipe, stage) === null || samplesModel(recipe, stage)),
  );
  const goesOn = more ? { checkpoint: point.name, samples: sameSamples(parent, recipe, recipeFile, pointStage) } : null;
  const place = join(checkpointsFolder(parent.folder), point.name);
  const notice = more && lacksMoments(place) ? withoutMomentsText(point.name) : null;
  return { ...common, stages, goesOn, notice };
}
