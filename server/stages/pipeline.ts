/** A run's stages in order: each starts from its checkpoint, is evaluated before and after, and is skipped when a resume finds it done. */
import { basename, join } from "node:path";
import { disposeOptimizer, newOptimizer } from "../engine/optimizer";
import { loadPolicy, loadTrainerState } from "../models/checkpoint";
import type { LoadOptions } from "../models/checkpoint";
import { newAdapter, settingsOf } from "../models/lora";
import { withoutMomentsText } from "../models/moments";
import { disposePolicy, newPolicy, withAdapter } from "../models/policy";
import type { Policy } from "../models/policy";
import { plainText } from "../protocol/conversation";
import type { CheckpointEntry } from "../protocol/editor";
import type { EvaluationSummary, StageRecord } from "../protocol/run";
import { checkpointPath, resolveFrom } from "../recipes/resolve-from";
import { plannedSteps, type StageSpec } from "../recipes/stages";
import { gives, kindOf, learnsFrom, trains } from "../protocol/stage-kinds";
import { sourceStage } from "../recipes/source-stage";
import { latestCheckpoint } from "../runs/checkpoints";
import { givenCheckpoint } from "../runs/given-checkpoint";
import { checkpointInside, checkpointsFolder } from "../runs/paths";
import type { RunWriter } from "../runs/writer";
import { flag } from "../tasks/traced-task";
import { readExampleFile } from "../tasks/example-file";
import { bestOf, measuredAsBefore, unmeasured } from "./best";
import { dropLastMoments, pruneStage } from "./checkpointing";
import type { StageContext, StageEnd, StageStart } from "./context";
import { evaluateStage } from "./evaluation";
import { evaluateHeldOut, heldOutLengths, recordSummary, refuseTooFewHeldOut } from "./held-out";
import { remarkAll } from "./lengths";
import { writeModelCard } from "./model-card";
import { textsOfRows } from "./preferences/pairs";
import { planAhead } from "./plan-ahead";
import { refuseThinkingBudgets } from "./refuse-thinking";
import { refuseOverlongRows } from "./refuse-overlong-rows";
import { loopOf } from "./stage-loops";
import { stageRecord } from "./stage-record";
import { messageOf, UserError } from "../shared/user-error";

export interface PipelinePaths {
  readonly workspaceFolder: string;
  /** Folder of the recipe file: paths in the recipe are relative to it. */
  readonly recipeFolder: string;
}

/** Runs what the record lists and is not completed. */
export async function runPipeline(context: StageContext, paths: PipelinePaths): Promise<StageEnd> {
  refuseTooFewHeldOut(context);
  let first = true;
  for (const { name, status } of context.run.record.stages) {
    if (status === "completed") continue;
    const stage = context.recipe.stages.find((candidate) => candidate.name === name);
    if (!stage) throw new Error(`The run lists a stage ${name} that its recipe does not have.`);
    if ((await runStage(context, stage, paths, first)) === "stopped") return "stopped";
    first = false;
  }
  return "completed";
}

/** Milliseconds between steps that `run.json` tells: it is written anew each time. */
const stepInterval = 400;

/** `first`: of this process. What it and the stages to come refuse is known before it begins. */
async function runStage(
  context: StageContext,
  stage: StageSpec,
  paths: PipelinePaths,
  first: boolean,
): Promise<StageEnd> {
  const { run, recipe } = context;
  const began = performance.now();
  const secondsBefore = stageRecord(context, stage.name).seconds;
  /** Ahead of the record: some count steps, and each step would write it anew. */
  let { remarks } = stageRecord(context, stage.name);
  const change = (fields: Partial<StageRecord>): void =>
    run.update((record) => ({
      ...record,
      stages: record.stages.map((entry) =>
        entry.name === stage.name
          ? { ...entry, seconds: secondsBefore + (performance.now() - began) / 1000, remarks, ...fields }
          : entry,
      ),
    }));
  const steps = (): number => stageRecord(context, stage.name).steps;

  context.progress({
    stage: stage.name,
    phase: "preparing",
    step: 0,
    steps: steps(),
    secondsLeft: null,
    headline: null,
  });
  const start = await startOf(context, stage, paths);
  run.recordVocabulary(start.policy.tokenizer.texts);
  change({ status: "running", step: start.step });
  let reached = start.step;
  let writtenAt = -Infinity;
  const watched: StageContext = {
    ...context,
    // What the run paused for is a step of the stage that it goes on with.
    skipBatch: context.skipBatch && first,
    tell: change,
    remark: (about, sentence) => {
      const isNew = !(about in remarks);
      remarks = { ...remarks, [about]: sentence };
      if (!isNew) return;
      context.remark(about, `${stage.name}: ${sentence}`);
      change({});
    },
    progress: (progress) => {
      context.progress(progress);
      if (progress.phase !== "training") return;
      reached = progress.step;
      if (performance.now() - writtenAt < stepInterval) return;
      writtenAt = performance.now();
      change({ step: reached });
    },
  };
  // What was left out of the task's files is said once.
  if (start.afresh && start.step < steps()) watched.remark("moments", withoutMomentsText(basename(start.checkpoint!)));
  if (run.record.stages[0]?.name === stage.name) for (const note of notesOfTasks(context)) watched.remark(note, note);
  if (first && templateUnused(context, start.policy)) watched.remark("chat template", templateUnusedText);
  try {
    const looked = first ? refuseOverlongRows(context, start.policy) : null;
    if (kindOf(stage).answers)
      remarkAll(watched, "overlong held-out prompts", looked ?? heldOutLengths(context, start.policy));
    const evaluation = (step: number): Promise<EvaluationSummary | null> =>
      evaluateHeldOut(watched, start.policy, recipe.evaluation.prompts, { stage: stage.name, step, steps: steps() });
    if (first) refuseThinkingBudgets(context, start.policy);
    if (trains(stage)) planAhead(watched, stage, start.policy);
    const isPolicy = gives(stage, "policy");
    if (isPolicy && stageRecord(context, stage.name).before === null && start.step === 0) {
      const before = knownBefore(context, stage) ?? (await evaluation(0));
      if (!before) return stopped(change, start.step);
      change({ before });
    }
    if (!trains(stage)) {
      const after = await evaluateStage(watched, stage, start);
      if (!after) return stopped(change, 0);
      change({ status: "completed", step: 1, after });
      return "completed";
    }
    if ((await loopOf(stage).run(watched, stage, start)) === "stopped") return stopped(change, reached);
    if (!(await measuredAsBefore(context, stage, start.policy, reached))) return stopped(change, reached);
    const best = bestOf(context, stage, reached);
    // Before any is measured in full, which may change what the metrics say is best.
    if (best !== "last" && best !== null) change({ given: best.name });
    // A stage may end before its last step, having generated what it was to.
    let after = isPolicy ? await evaluation(reached) : null;
    if (isPolicy && !after) return stopped(change, reached);
    if (best !== "last" && best !== null) {
      after = await evaluateBest(context, paths, stage, best, steps());
      if (!after) return stopped(change, reached);
    }
    const { notes } = stageRecord(context, stage.name);
    change({
      step: reached,
      after,
      ...(best === null ? { notes: [...notes.filter((note) => note !== unmeasured(stage)), unmeasured(stage)] } : {}),
    });
    // The last that is missing when the run dies here: a stage that is completed is not looked at again.
    if (isPolicy) writeModelCard(context, stage, start.policy);
    change({ status: "completed" });
    dropLastMoments(context, stage);
    return "completed";
  } catch (error) {
    try {
      // `run.json` is written now and then: of a stage that pauses or fails it has yet to tell the last steps.
      change({ step: reached });
    } catch {
      // A full disk, say: what ended the stage is the news.
    }
    throw error;
  } finally {
    disposePolicy(start.policy);
    disposeOptimizer(start.optimizer);
  }
}

/** A model of conversations that is given plain texts often ends them at once: zeros everywhere, without an error. */
const templateUnused = ({ recipe: { model } }: StageContext, { tokenizer }: Policy): boolean =>
  "checkpoint" in model && model.chat_template === false && tokenizer.chatTemplates.length > 0;
const templateUnusedText =
  "The checkpoint has a chat template, and prompts do not go through it: a model that was trained on conversations may then answer nothing. " +
  'Set "chat_template": true in the recipe\'s model, unless this is a base model that is to continue plain text.';

const notesOfTasks = ({ task, generalTask }: StageContext): string[] => [
  ...(task.notes ?? []),
  ...(generalTask?.notes ?? []),
];

async function evaluateBest(
  context: StageContext,
  paths: PipelinePaths,
  stage: StageSpec,
  { name, step }: CheckpointEntry,
  steps: number,
): Promise<EvaluationSummary | null> {
  const policy = await loadPolicy(join(checkpointsFolder(context.run.folder), name), loadOptions(context, paths));
  try {
    return await evaluateHeldOut(context, policy, context.recipe.evaluation.prompts, {
      stage: stage.name,
      step,
      steps,
    });
  } finally {
    disposePolicy(policy);
  }
}

function stopped(change: (fields: Partial<StageRecord>) => void, step: number): StageEnd {
  change({ status: "stopped", step });
  return "stopped";
}

/** Behind the stage's newest checkpoint when it has one, else at step 0 of the policy it starts from. */
async function startOf(context: StageContext, stage: StageSpec, paths: PipelinePaths): Promise<StageStart> {
  const checkpointOf = (source: string): string => sourceCheckpoint(context, stage, source, paths);
  // Adapters are beside the weights of the policy that is trained: there are no second ones.
  let lends: Policy | null = null;
  const policyOf = (source: string | null): Promise<Policy> =>
    source === null
      ? recipePolicy(context, paths, lends)
      : loadPolicy(checkpointOf(source), loadOptions(context, paths, lends));
  const origin = (): Promise<Policy> => {
    const { from } = stageRecord(context, stage.name);
    return from === null
      ? policyOf(sourceStage(context.recipe, stage))
      : loadPolicy(checkpointInside(paths.workspaceFolder, from), loadOptions(context, paths, lends));
  };
  const lending = (policy: Policy): Policy => {
    if (policy.adapter) lends = policy;
    return policy;
  };
  const common = { origin, checkpointOf, policyOf };
  const checkpoint = latestCheckpoint(context.run.folder, stage.name);
  if (checkpoint) {
    const { policy, state } = await goingOn(context, paths, stage, checkpoint);
    // A run that died between saving and deleting left one too many.
    if ("save_total_limit" in stage) pruneStage(context, stage);
    return { policy: lending(droppingAs(context, policy)), ...state, checkpoint, ...common };
  }
  const policy = lending(droppingAs(context, await origin()));
  return {
    policy,
    optimizer: newOptimizer(policy.trained),
    step: 0,
    tokens: 0,
    checkpoint: null,
    afresh: false,
    ...common,
  };
}

/** A policy that is trained, whose adapter may come from a checkpoint, with the dropout that the recipe says. */
function droppingAs({ recipe: { model } }: StageContext, policy: Policy): Policy {
  const { adapter } = policy;
  if (!adapter || !("checkpoint" in model) || !model.lora) return policy;
  const settings = { ...adapter.settings, dropout: model.lora.dropout };
  return withAdapter(policy, { ...adapter, settings });
}

/** What a stage goes on with. Throws an Error that says what to do where its checkpoint is damaged. */
async function goingOn(context: StageContext, paths: PipelinePaths, stage: StageSpec, checkpoint: string) {
  try {
    const policy = await loadPolicy(checkpoint, loadOptions(context, paths));
    return { policy, state: await loadTrainerState(checkpoint, policy) };
  } catch (error) {
    const before =
      "keep_moments" in stage && stage.keep_moments === "newest"
        ? "with new moments of AdamW, and so to other numbers"
        : "to the same numbers";
    throw new UserError(
      `${messageOf(error)} Put the checkpoint back, or delete its folder: a resume then goes on from the one before it, ${before}.`,
      { cause: error },
    );
  }
}

/** A stage's checkpoints keep the chat template of the model that the recipe started from. */
const loadOptions = (
  { recipe: { model } }: StageContext,
  { recipeFolder }: PipelinePaths,
  lends: Policy | null = null,
): LoadOptions => ({
  ...("checkpoint" in model && model.lora ? { base: lends ?? checkpointPath(recipeFolder, model.checkpoint) } : {}),
  chatTemplate: "checkpoint" in model && model.chat_template,
  ...("checkpoint" in model && model.chat_template_kwargs ? { chatTemplateKwargs: model.chat_template_kwargs } : {}),
});

/** Newest checkpoint of a stage that this one builds on: the one that its record names, else this run's own. */
function sourceCheckpoint(context: StageContext, stage: StageSpec, source: string, paths: PipelinePaths): string {
  const named = stageRecord(context, stage.name).sources[source];
  if (named !== undefined) return checkpointInside(paths.workspaceFolder, named);
  const checkpoint = givenCheckpoint(context.run.folder, context.run.record, source);
  if (checkpoint) return checkpoint;
  throw new UserError(
    `Stage ${stage.name} builds on ${source}, which has no checkpoint in this run. Run ${source} first, or put its checkpoint back.`,
  );
}

/** The recipe's model: a checkpoint, or a new one. */
async function recipePolicy(context: StageContext, paths: PipelinePaths, lends: Policy | null): Promise<Policy> {
  const { recipe } = context;
  if (!("checkpoint" in recipe.model)) return newPolicy(recipe.model, symbolsOf(context), recipe.seed);
  const path = checkpointPath(paths.recipeFolder, recipe.model.checkpoint);
  const { lora } = recipe.model;
  if (!lora) return loadPolicy(path, loadOptions(context, paths));
  const policy = lends ?? { ...(await loadPolicy(path, { ...loadOptions(context, paths), frozen: true })), base: path };
  return withAdapter(policy, newAdapter(policy.config, settingsOf(lora), recipe.seed), lends !== null);
}

const knownSymbols = new WeakMap<RunWriter, readonly string[]>();

/**
 * Of all prompts and completions that the pipeline will see: a new model's alphabet is there from the beginning. Read once: stages load the model again, to
 * the same alphabet whatever becomes of the files meanwhile.
 */
function symbolsOf(context: StageContext): readonly string[] {
  const symbols = knownSymbols.get(context.run) ?? readSymbols(context);
  knownSymbols.set(context.run, symbols);
  return symbols;
}

const readSymbols = ({ recipe, recipeFolder, task, generalTask }: StageContext): string[] => {
  const { stages } = recipe;
  const files = stages.flatMap((stage) =>
    "examples_file" in stage && stage.examples_file !== undefined ? [stage.examples_file] : [],
  );
  const examples = files.flatMap((file) => readExampleFile(resolveFrom(recipeFolder, file), false).examples);
  const texts = [
    ...examples.flatMap(({ completion, ...asked }) => [plainText(asked), completion]),
    ...stages.flatMap((stage) => (learnsFrom(stage, "pairs") ? textsOfRows({ recipeFolder }, stage) : [])),
  ];
  const written = new Set(texts.flatMap((text) => Array.from(text)));
  return [
    ...new Set([
      ...task.symbols,
      ...(generalTask?.symbols ?? []),
      ...(stages.some((stage) => "slips" in stage && stage.slips) ? [flag] : []),
      ...[...written].sort(),
    ]),
  ];
};

/** The numbers of the source stage's own end are this stage's beginning: the same policy, prompts and random numbers. */
function knownBefore(context: StageContext, stage: StageSpec): EvaluationSummary | null {
  if (stageRecord(context, stage.name).from !== null) return null;
  const source = sourceStage(context.recipe, stage);
  if (source !== null && stageRecord(context, stage.name).sources[source] !== undefined) return null;
  const known = context.run.record.stages.find(({ name }) => name === source)?.after ?? null;
  if (known) recordSummary(context, { stage: stage.name, step: 0, steps: plannedSteps(stage) }, known, 0);
  return known;
}
