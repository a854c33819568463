/** Makes the folder of a new run. */
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { noEngine, type RunRecord, type StageRecord } from "../protocol/run";
import type { RunClaim } from "./claim";
import { replaceFile } from "./atomic-file";
import { checkpointsFolder, runsFolder } from "./paths";
import { writeRecord } from "./record";

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

const reasons: Readonly<Record<string, string>> = {
  EROFS: "its file system is read-only",
  EACCES: "you have no permission to write there",
  EPERM: "you have no permission to write there",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "your quota of the disk is used up",
  ENOTDIR: "a part of that path is a file",
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** Why a folder cannot be made: making one with its parents says `ENOENT` of a parent that cannot be written. */
function codeOfParent(folder: string): string {
  for (let place = folder; ; place = dirname(place)) {
    if (!existsSync(place) && place !== dirname(place)) continue;
    try {
      accessSync(place, constants.W_OK);
      return "";
    } catch (error) {
      return codeOf(error);
    }
  }
}

/** Turns what the file system says of a folder that cannot be written into a sentence for people. */
function writingInto<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const code = codeOf(error);
    const reason = reasons[code] ?? reasons[codeOfParent(folder)];
    if (reason === undefined) throw error;
    throw new Error(
      `Runs cannot be recorded in ${folder}: ${reason}. \`reasoning-lab run RECIPE --output FOLDER\` records them elsewhere.`,
      { cause: error },
    );
  }
}

/** Makes `.reasoning-lab/runs/<time>-<recipe>/` with its `run.json`, status `running` under this process. Returns the folder. */
export function createRun(run: NewRun, now: Date = new Date()): string {
  const parent = runsFolder(run.workspaceFolder);
  const time = now.toISOString().replace(/\..*$/, "").replace(/:/g, "");
  const folder = writingInto(parent, () => {
    mkdirSync(parent, { recursive: true });
    const ignore = join(run.workspaceFolder, ".reasoning-lab", ".gitignore");
    if (!existsSync(ignore)) replaceFile(ignore, "*\n");
    const made = makeFolder(parent, `${time}-${slug(run.name)}`);
    mkdirSync(checkpointsFolder(made));
    return made;
  });
  const claim = run.claim?.(folder);
  run.fill?.(folder);
  writeRecord(folder, {
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
    status: "running",
    message: null,
    pausedFor: null,
    process: { pid: process.pid, host: hostname(), token: claim?.token },
    stages: run.stages.map((stage) => ({
      ...{ status: "pending", step: 0, seconds: 0, before: null, after: null, sources: {}, given: null, notes: [] },
      remarks: {},
      ...stage,
    })),
  });
  return folder;
}
