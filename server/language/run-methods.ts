/** Answers about runs as things: their table, their size, whether one may be deleted. */
import { basename, relative, resolve } from "node:path";
import type { ListRunsResult, RunEntry } from "../protocol/editor";
import type { Handlers } from "../protocol/methods";
import { runTitles } from "../protocol/run-title";
import { claimRun } from "../runs/claim";
import { runSize } from "../runs/run-size";
import { runTableReader } from "../runs/run-table";
import { UserError } from "../shared/user-error";

interface RunState {
  readonly runs: () => ListRunsResult;
}

/** Whether a run starts from, builds on or was forked from a checkpoint of another. */
function buildsOn({ record, workspaceFolder }: RunEntry, { folder, workspaceFolder: ofOther }: RunEntry): boolean {
  if (record === null) return false;
  if (workspaceFolder === ofOther && record.parent?.run === basename(folder)) return true;
  const paths = record.stages.flatMap(({ from, sources }) => [from ?? [], ...Object.values(sources)].flat());
  return paths.some((path) => {
    const inside = relative(resolve(folder), resolve(workspaceFolder, path));
    return inside !== "" && !inside.startsWith("..");
  });
}

export function runMethods({ runs }: RunState): Handlers<"readRunTable" | "runSize" | "deletePlan"> {
  const table = runTableReader();
  const listed = (folder: string): RunEntry => {
    const run = runs().find((one) => one.folder === folder);
    if (!run) throw new UserError(`The run ${folder} no longer exists.`);
    return run;
  };
  return {
    readRunTable: () => table(runs()),
    runSize: async ({ folder }) => ({ bytes: await runSize(listed(folder).folder) }),
    deletePlan: async ({ folder }) => {
      const run = listed(folder);
      // Throws where somebody works on it.
      claimRun(folder).release();
      const titles = runTitles(runs());
      const others = runs().filter((other) => other.folder !== folder && buildsOn(other, run));
      return {
        bytes: await runSize(folder),
        usedBy: others.map((other) => ({ folder: other.folder, title: titles.get(other.folder) ?? "" })),
      };
    },
  };
}
