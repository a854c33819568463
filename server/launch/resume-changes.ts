/** What is not as it was when a run began, so that going on with it would not give the numbers of a run that was never stopped. */
import { basename } from "node:path";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import { lacksMoments, withoutMomentsText } from "../models/moments";
import type { KeptFile, KeptVersion } from "../protocol/reward-versions";
import type { RunRecord } from "../protocol/run";
import { samplesTraining } from "../protocol/stage-kinds";
import { isPinOf } from "../files/hub-cache";
import { splitRewardReference } from "../recipes/check";
import { parseRecipe } from "../recipes/parse";
import { recipeChanges } from "../recipes/recipe-changes";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { keptVersion } from "../runs/kept-rewards";
import { latestCheckpoint } from "../runs/checkpoints";
import { newestRow } from "../runs/metrics";
import { metricsPath, tracesPath } from "../runs/paths";
import { dataHashes } from "./data-hashes";
import { textHash } from "./read-recipe";
import { rewardHashOf } from "../processes/rewards/reward-pool";
import type { RewardSources } from "../rewards/reward-sources";
import { UserError } from "../shared/user-error";

/** A resume that needs to be asked for twice. `changes`: sentences on what is not as it was. */
export class ResumeChangesError extends UserError {
  override readonly name = "ResumeChangesError";
  constructor(readonly changes: readonly string[]) {
    super(
      `Continuing would change the run:\n${changes.map((change) => `  - ${change}`).join("\n")}\nResume and accept the changes, fork the run, or undo the changes.`,
    );
  }
}

function byFile(references: readonly string[]): { readonly file: string; readonly names: readonly string[] }[] {
  const files = Map.groupBy(references.map(splitRewardReference), ({ file }) => file);
  return [...files].map(([file, rewards]) => ({ file, names: rewards.map(({ name }) => name) }));
}

/** Whether a version was made of the same files and packages as the rewards are now, whatever our library was: then nobody has edited them. */
function madeOfSame(kept: KeptVersion, { own, packages }: RewardSources): boolean {
  const made = ({ files, packages: all }: Pick<KeptVersion, "packages"> & { readonly files: readonly OwnPlace[] }) =>
    JSON.stringify([
      files.map(({ path, hash }) => `${path} ${hash}`).toSorted(),
      all.map(({ name, hash }) => `${name} ${hash}`).toSorted(),
    ]);
  return made(kept) === made({ files: own, packages: [...packages] });
}
type OwnPlace = Pick<KeptFile, "path" | "hash">;

/** The version as the run keeps it; null where it does not, or it cannot be read. */
function keptOrNull(runFolder: string, hash: string): KeptVersion | null {
  try {
    return keptVersion(runFolder, hash);
  } catch {
    return null;
  }
}

/** Rewards that differ from those that scored last: an edit that a running stage has taken up is part of the run already. */
function rewardChanges(
  runFolder: string,
  record: RunRecord,
  now: Readonly<Record<string, string>>,
  sources: RewardSources | undefined,
): string[] {
  const used = newestRow(runFolder, ({ reward_hash }) => reward_hash !== undefined)?.reward_hash;
  if (used === rewardHashOf(now) || (used === undefined && rewardHashOf(record.hashes.rewards) === rewardHashOf(now)))
    return [];
  const kept = used === undefined ? null : keptOrNull(runFolder, used);
  if (kept && sources && madeOfSame(kept, sources) && Object.keys(now).every((name) => name in kept.rewards))
    return [
      `Another build of Reasoning Lab's functions for rewards than the one that scored last (${kept.library.version}). The reward files are as they were.`,
    ];
  const edited = Object.keys(now).filter((name) => record.hashes.rewards[name] !== now[name]);
  return edited.length === 0
    ? ["Rewards restored: they are as at the start again, but other versions scored the last step."]
    : byFile(edited).map(({ file, names }) =>
        names.length === 1
          ? `Reward edited: ${names[0]!} in ${file}.`
          : `Rewards edited: ${names.join(", ")} in ${file}.`,
      );
}

function dataChanges(record: RunRecord, recipe: Recipe, recipeFolder: string): string[] {
  const unfinished = recipe.stages.filter(({ name }) =>
    record.stages.some((stage) => stage.name === name && stage.status !== "completed"),
  );
  const now = dataHashes(recipe, recipeFolder, unfinished);
  return Object.entries(now).flatMap(([file, hash]) => {
    const before = record.hashes.data[file];
    if (before === undefined || before === hash) return [];
    if (hash === "missing") return [`Data file missing: ${file}.`];
    return [before === "missing" ? `Data file new: ${file}.` : `Data file edited: ${file}.`];
  });
}

/** The model as a recipe names it now, by the commit that its run goes by. */
const withPin = (before: Recipe["model"], now: Recipe["model"]): Recipe["model"] =>
  "checkpoint" in before && "checkpoint" in now && isPinOf(before.checkpoint, now.checkpoint)
    ? { ...now, checkpoint: before.checkpoint }
    : now;

/**
 * A sentence on a recipe that was edited since its run began; null: it says what it said. This changes nothing of the run, which goes by its
 * own copy, and who edited it may think that it does.
 */
export function recipeNotice({ recipe, recipeFile, hashes }: RunRecord, path: string): string | null {
  const advice = "The run continues with its own recipe. To train with the edited one, fork the run.";
  let text: string;
  try {
    text = readText(path, sizeLimits.recipe);
  } catch {
    return null;
  }
  if (textHash(text) === hashes.recipe) return null;
  const now = parseRecipe(text).recipe;
  const before = recipeSchema.safeParse(recipe);
  // The run's own may have a chosen engine and another seed; a comment that was edited is no news.
  const edited =
    now === null || !before.success
      ? true
      : recipeChanges(before.data, {
          ...now,
          model: withPin(before.data.model, now.model),
          engine: before.data.engine,
          seed: before.data.seed,
        }).length > 0;
  return edited ? `${recipeFile} was edited since the run began. ${advice}` : null;
}

/** What the run recorded, and somebody has taken away since: it goes on from its checkpoint as it would, and shows less. */
function lostRecords(runFolder: string, { stages }: RunRecord): string[] {
  const gone = (path: string): boolean => statsOf(path) === null;
  const sampled = stages.some((stage) => stage.step > 0 && samplesTraining(stage));
  return [
    ...(stages.some(({ step }) => step > 0) && gone(metricsPath(runFolder))
      ? ["The run's metrics.jsonl is missing, so curves and reports will begin here."]
      : []),
    ...(sampled && gone(tracesPath(runFolder))
      ? ["The run's traces.sqlite is missing, so traces will begin here."]
      : []),
  ];
}

/** The checkpoint that a run goes on from, where it is one that was left without moments. */
function lostMoments(runFolder: string, { stages }: RunRecord): string[] {
  const open = stages.find(({ status }) => status !== "completed");
  const checkpoint = open ? latestCheckpoint(runFolder, open.name) : null;
  return checkpoint !== null && lacksMoments(checkpoint) ? [withoutMomentsText(basename(checkpoint))] : [];
}

export interface Present {
  readonly recipe: Recipe;
  readonly recipeFolder: string;
  /** Hashes of the rewards, as bundled now. */
  readonly rewards: Readonly<Record<string, string>>;
  /** What they are made of. Unset: not known. */
  readonly sources?: RewardSources;
  /** Version of Reasoning Lab. */
  readonly version: string;
}

export interface ResumeChanges {
  /** What whoever resumes is asked about. */
  readonly asked: readonly string[];
  /** What was asked of them: the rewards of a run that paused for its rewards. */
  readonly expected: readonly string[];
}

/** Sentences on what is not as it was: rewards, data, versions. The engine is told by the trainer, which starts it. */
export function resumeChanges(runFolder: string, record: RunRecord, present: Present): ResumeChanges {
  const before = record.versions["reasoning-lab"];
  const rewards = rewardChanges(runFolder, record, present.rewards, present.sources);
  const asked = [
    ...(record.pausedFor === "reward" ? [] : rewards),
    ...dataChanges(record, present.recipe, present.recipeFolder),
    ...lostRecords(runFolder, record),
    ...lostMoments(runFolder, record),
    ...(before === undefined || before === present.version
      ? []
      : [`Another version: the run began with Reasoning Lab ${before}, and this is ${present.version}.`]),
  ];
  return { asked, expected: record.pausedFor === "reward" ? rewards : [] };
}
