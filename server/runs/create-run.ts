/** Makes the folder of a new run. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { makeFolders } from "../files/make-folders";
import { isDiskFull, systemCode, writeProblem } from "../files/write-problem";
import { endingOf, noEngine, pathInside, type RunRecord, type StageRecord } from "../protocol/run";
import type { RunClaim } from "./claim";
import { replaceFile } from "./atomic-file";
import { markHalfMade, sweepHalfMade, unmarkHalfMade } from "./half-made";
import { checkpointsFolder, liveFolder, runsFolder } from "./paths";
import { writeRecord } from "./record";
import { UserError } from "../shared/user-error";

export interface NewRun {
  readonly workspaceFolder: string;
  /** Relative to `sources`, else to the workspace folder, with `/`. */
  readonly recipeFile: string;
  /** Folder of the recipe of a run that is recorded elsewhere. Unset: the workspace folder. */
  readonly sources?: string | undefined;
  /** Name of the recipe. */
  readonly name: string;
  /** The recipe as resolved. */
  readonly recipe: unknown;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly hashes: RunRecord["hashes"];
  /** What it is forked from. Unset: nothing. */
  readonly parent?: RunRecord["parent"];
  /** Claims the new folder before anybody sees it. Unset: nobody supervises the run. */
  readonly claim?: (folder: string) => RunClaim;
  /** Puts into the new folder what the run goes on from, before anybody sees it. */
  readonly fill?: (folder: string) => void;
  /** What this run is to do, in order; `from` of the first may name the checkpoint to start from. */
  readonly stages: readonly (Pick<StageRecord, "name" | "kind" | "steps" | "from"> & Partial<StageRecord>)[];
}

/** A recipe's name as a part of a folder's name. */
export function slug(name: string): string {
  const text = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return text === "" ? "recipe" : text;
}

function makeFolder(parent: string, name: string): string {
  for (let attempt = 1; ; attempt++) {
    const folder = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  }
}

/** Turns what the file system says of a folder that cannot be written into a sentence for people. */
function writingInto<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (systemCode(error) === "" && !isDiskFull(error)) throw error;
    const first = isDiskFull(error) ? "Free some space, or record" : "Record";
    throw new UserError(
      `Runs cannot be recorded in ${folder}: ${writeProblem(folder, error)}. ${first} them elsewhere: \`reasoning-lab run RECIPE --output FOLDER\`.`,
      { cause: error },
    );
  }
}

/** Makes `.reasoning-lab/runs/<time>-<recipe>/` with its `run.json`, status `running` under this process. Returns the folder. */
export function createRun(run: NewRun, now: Date = new Date()): string {
  if (!pathInside.safeParse(run.recipeFile).success)
    throw new UserError(
      `A run of ${run.recipeFile} cannot be recorded: the name means something else on other systems (a backslash, or a ~ or a drive at its beginning). Rename it.`,
    );
  const parent = runsFolder(run.workspaceFolder);
  const time = now.toISOString().replace(/\..*$/, "").replace(/:/g, "");
  return writingInto(parent, () => {
    makeFolders(parent);
    const ignore = join(run.workspaceFolder, ".reasoning-lab", ".gitignore");
    if (!existsSync(ignore)) replaceFile(ignore, "*\n");
    sweepHalfMade(parent);
    return fillFolder(makeFolder(parent, `${time}-${slug(run.name)}`), run, now);
  });
}

/** Makes a run of a new folder; where that does not go to its end the folder is gone. */
function fillFolder(folder: string, run: NewRun, now: Date): string {
  let claim: RunClaim | undefined;
  try {
    mkdirSync(liveFolder(folder));
    markHalfMade(folder);
    mkdirSync(checkpointsFolder(folder));
    claim = run.claim?.(folder);
    run.fill?.(folder);
    writeRecord(folder, newRecord(folder, run, now, claim?.token));
    unmarkHalfMade(folder);
    return folder;
  } catch (error) {
    claim?.release();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const newRecord = (folder: string, run: NewRun, now: Date, token: string | undefined): RunRecord => ({
  format: 1,
  id: basename(folder),
  name: run.name,
  created: now.toISOString(),
  recipeFile: run.recipeFile,
  sources: run.sources ?? null,
  recipe: run.recipe,
  seed: run.seed,
  versions: { ...run.versions },
  engine: { name: noEngine, reason: "The trainer has not started yet." },
  hashes: run.hashes,
  parent: run.parent ?? null,
  accepted: [],
  resumes: [],
  status: "running",
  ...endingOf(null),
  process: { pid: process.pid, host: hostname(), token },
  stages: run.stages.map((stage) => ({
    status: "pending",
    step: 0,
    seconds: 0,
    before: null,
    after: null,
    sources: {},
    given: null,
    notes: [],
    remarks: {},
    memory: null,
    ...stage,
  })),
});
