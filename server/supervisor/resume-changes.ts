/** What is not as it was when a run began, so that going on with it would not give the numbers of a run that was never stopped. */
import type { RunRecord } from "../protocol/run";
import { splitRewardReference } from "../recipes/check";
import type { Recipe } from "../recipes/schema";
import { readMetrics } from "../runs/metrics";
import { dataHashes } from "./data-hashes";
import { rewardHashOf } from "./reward-pool";

/** A resume that needs to be asked for twice. `changes`: sentences on what is not as it was. */
export class ResumeChangesError extends Error {
  override readonly name = "ResumeChangesError";
  constructor(readonly changes: readonly string[]) {
    super(
      `Going on would change the run:\n${changes.map((change) => `  - ${change}`).join("\n")}\nResume and accept the changes, fork the run, or put back what was.`,
    );
  }
}

function byFile(references: readonly string[]): { readonly file: string; readonly names: readonly string[] }[] {
  const files = Map.groupBy(references.map(splitRewardReference), ({ file }) => file);
  return [...files].map(([file, rewards]) => ({ file, names: rewards.map(({ name }) => name) }));
}

/** Rewards that differ from those that scored last: an edit that a running stage has taken up is part of the run already. */
function rewardChanges(runFolder: string, record: RunRecord, now: Readonly<Record<string, string>>): string[] {
  const used = readMetrics(runFolder, 0).rows.findLast(({ reward_hash }) => reward_hash !== undefined)?.reward_hash;
  if (used === rewardHashOf(now) || (used === undefined && rewardHashOf(record.hashes.rewards) === rewardHashOf(now)))
    return [];
  const edited = Object.keys(now).filter((name) => record.hashes.rewards[name] !== now[name]);
  return edited.length === 0
    ? ["The rewards are what they were at the start of the run again, and other ones scored its last step."]
    : byFile(edited).map(({ file, names }) =>
        names.length === 1
          ? `The reward ${names[0]!} of ${file} was edited.`
          : `The rewards ${names.join(", ")} of ${file} were edited.`,
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
    if (hash === "missing") return [`The data file ${file} is not there any more.`];
    return [before === "missing" ? `The data file ${file} is there now.` : `The data file ${file} was edited.`];
  });
}

export interface Present {
  readonly recipe: Recipe;
  readonly recipeFolder: string;
  /** Hashes of the rewards, as bundled now. */
  readonly rewards: Readonly<Record<string, string>>;
  /** Version of Reasoning Lab. */
  readonly version: string;
}

/** Sentences on what is not as it was: rewards, data, versions. The engine is told by the trainer, which starts it. */
export function resumeChanges(runFolder: string, record: RunRecord, present: Present): string[] {
  const before = record.versions["reasoning-lab"];
  return [
    ...rewardChanges(runFolder, record, present.rewards),
    ...dataChanges(record, present.recipe, present.recipeFolder),
    ...(before === undefined || before === present.version
      ? []
      : [`The run was begun by version ${before} of Reasoning Lab, and this is ${present.version}.`]),
  ];
}
