/** Columns of the rows of each project, and its `types/rows.d.ts`: worked out again when a recipe, or the beginning of its data, may be another. */
import { dirname } from "node:path";
import { statsOf } from "../files/workspace-file";
import type { RowColumn, RowColumns } from "../protocol/row-columns";
import { coalesce } from "../shared/coalesce";
import { recipesIn, typedFolder, writeRowTypes } from "./row-types";

export interface KnownColumns {
  /** As known last; none where nothing is known yet. */
  of(file: string): readonly RowColumn[];
  /** A recipe or reward file was opened or saved: looks again. */
  look(file: string): void;
}

interface Looked {
  readonly ask: (folder: string, recipes: readonly string[]) => Promise<RowColumns>;
  /** The workspace folder that holds a file; null: none. */
  readonly workspaceOf: (file: string) => string | null;
  readonly trusted: () => boolean;
  readonly log: (text: string) => void;
}

/** Milliseconds in which many saves are one. */
const pause = 500;

export function knownColumns({ ask, workspaceOf, trusted, log }: Looked): KnownColumns {
  const known = new Map<string, readonly RowColumn[]>();
  const waiting = new Set<string>();
  const told = new Set<string>();
  const say = (text: string): void => {
    if (!told.has(text)) log(text);
    told.add(text);
  };

  async function lookIn(file: string, workspace: string): Promise<void> {
    // What a recipe names may lie anywhere.
    if (!trusted()) return;
    const folder = typedFolder(file, workspace);
    const recipes = folder === null ? [] : recipesIn(folder);
    if (folder === null || recipes.length === 0) return;
    const found = await ask(folder, recipes);
    known.set(folder, found.columns);
    for (const problem of found.problems) say(`Types of rows in ${folder}: ${problem}`);
    const written = writeRowTypes(folder, workspace, found, recipes);
    if (written === "written") log(`Types of the rows of ${folder} are in types/rows.d.ts.`);
    if (written === "somebody's own")
      say(`types/rows.d.ts in ${folder} is not written: it does not begin as a file of Reasoning Lab does.`);
  }
  const looking = coalesce(() => {
    const files = [...waiting];
    waiting.clear();
    const folders = new Map(
      files.flatMap((file) => {
        const workspace = workspaceOf(file);
        return workspace === null || statsOf(file) === null ? [] : [[dirname(file), { file, workspace }] as const];
      }),
    );
    for (const { file, workspace } of folders.values())
      lookIn(file, workspace).catch((error: unknown) =>
        say(`Types of rows for ${file}: ${error instanceof Error ? error.message : String(error)}`),
      );
  }, pause);

  return {
    of(file) {
      const workspace = workspaceOf(file);
      const folder = workspace === null ? null : typedFolder(file, workspace);
      return folder === null ? [] : (known.get(folder) ?? []);
    },
    look(file) {
      waiting.add(file);
      looking.hint();
    },
  };
}
