/** Where the parts of a run lie. */
import { basename, join, relative, resolve } from "node:path";
import { liesWithin, pathWithin } from "../files/paths-within";
import { UserError } from "../shared/user-error";

/** Folder of all runs of a workspace folder. */
export const runsFolder = (workspaceFolder: string) => join(workspaceFolder, ".reasoning-lab", "runs");

/** Folder of all comparisons of a workspace folder. */
export const comparisonsFolder = (workspaceFolder: string) => join(workspaceFolder, ".reasoning-lab", "comparisons");

export const recordPath = (runFolder: string) => join(runFolder, "run.json");
export const metricsPath = (runFolder: string) => join(runFolder, "metrics.jsonl");
/** The same as columns, which are made of it. */
export const columnsPath = (runFolder: string) => join(runFolder, "metrics.columns");
export const tracesPath = (runFolder: string) => join(runFolder, "traces.sqlite");
/** What people say of the run. */
export const annotationsPath = (runFolder: string) => join(runFolder, "annotations.json");
/** What people wrote on rollouts. */
export const notesPath = (runFolder: string) => join(runFolder, "rollout-notes.jsonl");
export const checkpointsFolder = (runFolder: string) => join(runFolder, "checkpoints");

/** What matters only while somebody works on the run. */
export const liveFolder = (runFolder: string) => join(runFolder, "live");
/** Held by the process that supervises the run. */
export const supervisorLock = (runFolder: string) => join(liveFolder(runFolder), "supervisor.lock");
/** Held by the process that writes the run: its trainer, for a moment its supervisor. */
export const writerLock = (runFolder: string) => join(liveFolder(runFolder), "writer.lock");
/** Held, from its start on, by a process that goes on with the run when it has paused for its rewards and they are mended. */
export const mendingLock = (runFolder: string) => join(liveFolder(runFolder), "mending.lock");

/** Held for a moment by who writes {@link annotationsPath}. */
export const annotationsLock = (runFolder: string) => join(liveFolder(runFolder), "annotations.lock");

/** File of a checkpoint that says of its stage what it brought. */
export const modelCard = "README.md";

/** What a stage found, for people and views. */
export const reportPath = (runFolder: string, stage: string) => join(runFolder, "reports", `${stage}.json`);
/** Samples of a stage that draws a training set, as far as it has come. */
export const samplesPath = (runFolder: string, stage: string) => join(runFolder, "samples", `${stage}.jsonl`);
/** The training set that a stage chose. */
export const datasetPath = (runFolder: string, stage: string) => join(runFolder, "datasets", `${stage}.jsonl`);

/** Workspace folder of a run folder: the inverse of {@link runsFolder}. */
export const workspaceOf = (runFolder: string) => join(runFolder, "..", "..", "..");

/** The recipe file that a record names, of a run whose sources lie in the workspace folder: to compare and show, not to open what lies outside. */
export const recipeFileIn = (workspaceFolder: string, { recipeFile }: { readonly recipeFile: string }): string =>
  join(workspaceFolder, ...recipeFile.split("/"));

/**
 * The recipe file that a run's record names, absolute. `named`: the folder that its sources lie in, as somebody has said; a record alone is not
 * believed. Throws an Error for people when the file is outside of that, else of the run's workspace folder, links followed, and when the run is
 * recorded elsewhere and nobody has said where its sources lie.
 */
export function recipeFileOf(
  runFolder: string,
  { recipeFile, sources }: { readonly recipeFile: string; readonly sources: string | null },
  named: string | null = null,
): string {
  if (sources !== null && named === null)
    throw new UserError(
      `The recipe of ${runFolder} lies elsewhere: it was run with --output. Name its folder, if you trust it: --workspace ${sources}`,
    );
  return pathWithin(resolve(named ?? workspaceOf(runFolder)), recipeFile, `${recordPath(runFolder)}: recipeFile`);
}

/**
 * A checkpoint that a record names, absolute. Throws an Error for people when it is outside of the workspace folder, links followed; the folder of
 * all runs may itself be a link, to a larger disk say.
 */
export function checkpointInside(workspaceFolder: string, path: string): string {
  const runs = runsFolder(resolve(workspaceFolder));
  const place = resolve(workspaceFolder, path);
  const folder = liesWithin(runs, place) ? runs : resolve(workspaceFolder);
  // By what the record says of it alone: the folder's own name may have anything in it.
  return pathWithin(folder, relative(folder, place), "The run's record");
}

export const checkpointName = (stage: string, step: number) => `${stage}-${step}`;

/** Stage and step of a checkpoint folder's name, or null for folders that are not finished checkpoints. */
export function parseCheckpointName(folder: string): { readonly stage: string; readonly step: number } | null {
  const match = /^([a-z0-9][a-z0-9-]*)-(\d+)$/.exec(basename(folder));
  return match ? { stage: match[1]!, step: Number(match[2]) } : null;
}
