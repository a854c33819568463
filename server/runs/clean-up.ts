/** Makes room: what of ended runs could go without a reader of curves, rollouts or results missing it; shown first, deleted when asked. */
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { CleanUpItem } from "../protocol/clean-up";
import type { RunEntry } from "../protocol/editor";
import { isLive, type RunRecord } from "../protocol/run";
import { writing } from "./atomic-file";
import { claimRun } from "./claim";
import { givenCheckpoint } from "./given-checkpoint";
import { checkpointPath } from "../recipes/resolve-from";
import { listRuns } from "./list-runs";
import { checkpointsFolder, parseCheckpointName, recipeFileIn, tracesPath, workspaceOf } from "./paths";
import { refuseOddStore, refuseOtherTables } from "./trace-check";
import { addedTokenColumns } from "./trace-schema";
import { UserError } from "../shared/user-error";

export interface Retention {
  /** Of each stage's last so many steps with rollouts the numbers per token stay. */
  readonly keepSteps: number;
  /** Of each stage the newest so many checkpoints stay, too. Unset: none for being new. */
  readonly keepCheckpoints?: number;
  /** Looks for the others; unset: this process does. */
  readonly numbers?: (folder: string, keepSteps: number) => TokenNumbers | Promise<TokenNumbers>;
}

/** Numbers per token of rollouts, without the tokens themselves. */
const numberColumns: readonly string[] = [
  "logprobs",
  "old_logprobs",
  "reference_logprobs",
  "entropy",
  "ratio",
  "clipped",
  ...addedTokenColumns,
];

/** Those that a store has: of an older version's some are missing. */
function columnsIn(database: DatabaseSync): { readonly columns: readonly string[]; readonly some: string } {
  const present = new Set(
    database
      .prepare("SELECT name FROM pragma_table_info('rollout_tokens')")
      .all()
      .map(({ name }) => name),
  );
  const columns = numberColumns.filter((column) => present.has(column));
  return { columns, some: columns.map((column) => `${column} IS NOT NULL`).join(" OR ") };
}

/** Rollouts of steps before each stage's last so many. */
const oldRollouts = `SELECT id FROM rollouts r WHERE step <= (
  SELECT step FROM (SELECT DISTINCT step FROM rollouts s WHERE s.stage = r.stage AND s.purpose = r.purpose)
  ORDER BY step DESC LIMIT 1 OFFSET ?)`;

const countRow = z.object({ rollouts: z.int(), bytes: z.number() });
export type TokenNumbers = z.infer<typeof countRow>;

/**
 * What could be deleted of these ended runs. Checkpoints that a stage gave on, and those that a run of `all` builds on, are never among it; neither is
 * any text, score or metric.
 */
export async function planCleanUp(
  runs: readonly RunEntry[],
  all: readonly RunEntry[],
  { keepSteps, keepCheckpoints = 0, numbers: numbersOf = tokenNumbers }: Retention,
): Promise<CleanUpItem[]> {
  const wanted = wantedCheckpoints(all);
  const ofRun = async (run: RunEntry): Promise<CleanUpItem[]> => {
    if (run.record === null || isLive(run.record)) return [];
    const numbers = await numbersOf(run.folder, keepSteps);
    const checkpoints = run.checkpoints.flatMap(({ name, stage, step }): CleanUpItem[] => {
      const newer = run.checkpoints.filter((other) => other.stage === stage && other.step > step).length;
      if (newer < keepCheckpoints) return [];
      const path = join(checkpointsFolder(run.folder), name);
      if (wanted.has(realPath(path)) || givenCheckpoint(run.folder, run.record, stage) === path) return [];
      return [{ kind: "checkpoint", folder: run.folder, name, bytes: sizeOf(path) }];
    });
    return [
      ...(numbers.rollouts > 0 ? [{ kind: "numbers", folder: run.folder, keepSteps, ...numbers } as const] : []),
      ...checkpoints,
    ];
  };
  return (await Promise.all(runs.map(ofRun))).flat();
}

/**
 * Deletes what was planned. Throws when one of the runs has begun again, and, before anything is deleted, when a run of `all` has come to build on one of
 * the checkpoints since. Returns the bytes that the files take less.
 */
export function cleanUp(
  items: readonly CleanUpItem[],
  all: readonly RunEntry[] = [...new Set(items.map(({ folder }) => workspaceOf(folder)))].flatMap(listRuns),
): number {
  const wanted = wantedCheckpoints(all);
  for (const item of items)
    if (item.kind === "checkpoint" && wanted.has(realPath(join(checkpointsFolder(item.folder), item.name))))
      throw new UserError(
        `A run builds on the checkpoint ${item.name} of ${basename(item.folder)} by now. Nothing was deleted.`,
      );
  let freed = 0;
  for (const folder of new Set(items.map((item) => item.folder))) {
    const claim = claimRun(folder);
    try {
      for (const item of items.filter((each) => each.folder === folder))
        freed +=
          item.kind === "numbers"
            ? deleteNumbers(folder, item.keepSteps)
            : deleteCheckpoint(folder, item.name, item.bytes);
    } finally {
      claim.release();
    }
  }
  return freed;
}

/** Where a path leads, links followed; as it is where there is nothing. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

const modelSchema = z.object({ model: z.object({ checkpoint: z.string() }) });

/** The checkpoint that a run's recipe starts from, which adapters need for ever; none where it starts from a new model. */
function modelOf(record: RunRecord, workspaceFolder: string): string[] {
  const recipe = modelSchema.safeParse(record.recipe);
  if (!recipe.success) return [];
  const folder = dirname(recipeFileIn(record.sources ?? workspaceFolder, record));
  return [checkpointPath(folder, recipe.data.model.checkpoint)];
}

/** Checkpoints that a run started from, builds on or was forked from: absolute paths, links followed. */
function wantedCheckpoints(all: readonly RunEntry[]): ReadonlySet<string> {
  return new Set(
    all.flatMap(({ record, workspaceFolder }) => {
      if (record === null) return [];
      const built = record.stages.flatMap(({ from, sources }) => [
        ...(from === null ? [] : [from]),
        ...Object.values(sources),
      ]);
      const { parent } = record;
      // Folders of a workspace may have runs of the same name: each of them may be the one.
      const origins = parent === null ? [] : all.filter(({ folder }) => basename(folder) === parent.run);
      return [
        ...built.map((path) => resolve(workspaceFolder, path)),
        ...modelOf(record, workspaceFolder),
        ...(parent === null ? [] : origins.map(({ folder }) => join(checkpointsFolder(folder), parent.checkpoint))),
      ].map(realPath);
    }),
  );
}

/** Opens traces that Reasoning Lab made. Throws an Error where they are no such. */
function openStore(path: string, readOnly: boolean): DatabaseSync {
  refuseOddStore(path);
  const database = new DatabaseSync(path, { readOnly, timeout: readOnly ? 5000 : 10_000 });
  try {
    refuseOtherTables(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Of a run's traces what the steps before each stage's last `keepSteps` have; nothing where they cannot be read. */
export function tokenNumbers(folder: string, keepSteps: number): TokenNumbers {
  const path = tracesPath(folder);
  if (!existsSync(path)) return { rollouts: 0, bytes: 0 };
  let database: DatabaseSync | null = null;
  try {
    database = openStore(path, true);
    const { columns, some } = columnsIn(database);
    const bytes = columns.map((column) => `coalesce(length(${column}), 0)`).join(" + ");
    return countRow.parse(
      database
        .prepare(
          `SELECT count(*) AS rollouts, coalesce(sum(${bytes}), 0) AS bytes FROM rollout_tokens WHERE (${some}) AND id IN (${oldRollouts})`,
        )
        .get(keepSteps),
    );
  } catch {
    // Damaged traces are another command's news.
    return { rollouts: 0, bytes: 0 };
  } finally {
    database?.close();
  }
}

function deleteNumbers(folder: string, keepSteps: number): number {
  const path = tracesPath(folder);
  const before = statSync(path).size;
  const database = writing(path, () => openStore(path, false));
  try {
    writing(path, () => {
      const { columns, some } = columnsIn(database);
      const nothing = columns.map((column) => `${column} = NULL`).join(", ");
      database
        .prepare(`UPDATE rollout_tokens SET ${nothing} WHERE (${some}) AND id IN (${oldRollouts})`)
        .run(keepSteps);
      database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
    });
  } finally {
    database.close();
  }
  return Math.max(0, before - statSync(path).size);
}

function deleteCheckpoint(folder: string, name: string, bytes: number): number {
  if (basename(name) !== name || parseCheckpointName(name) === null)
    throw new UserError(`${name} is not a checkpoint of a run.`);
  rmSync(join(checkpointsFolder(folder), name), { recursive: true, force: true });
  return bytes;
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
