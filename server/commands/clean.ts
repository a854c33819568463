/** `reasoning-lab clean [RUN]`: what of ended runs could go, and with `--delete` deletes it. */
import { basename, resolve } from "node:path";
import { usualKeepSteps, type CleanUpItem } from "../protocol/clean-up";
import type { RunEntry } from "../protocol/editor";
import { isLive } from "../protocol/run";
import { cleanUp, planCleanUp } from "../runs/clean-up";
import { listRuns, readRun } from "../runs/list-runs";
import { workspaceOf } from "../runs/paths";
import { amount } from "../shared/amount";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { print } from "../terminal/print";
import { command, optional } from "./command";
import { flag, number, ranges, text } from "./options";
import { findRun } from "./places";

interface CleanRequest {
  /** Run folders; empty: all of the workspace folder. */
  readonly runs: readonly string[];
  readonly workspaceFolder: string;
  /** Of each stage, the steps whose numbers per token stay. */
  readonly keepSteps: number;
  readonly delete: boolean;
}

export const cleanCommand = command({
  name: "clean",
  summary: "show what could be deleted of ended runs; with --delete, delete it",
  details: "That is: per-token numbers of older steps, and unused checkpoints.",
  arguments: { run: optional("one run (default: all of the workspace)") },
  options: {
    keepSteps: number(
      "n",
      ranges.steps,
      `last steps of each stage whose per-token numbers stay (default: ${usualKeepSteps})`,
    ),
    delete: flag("delete it"),
    workspace: text("folder", "workspace folder (default: the current one)"),
  },
  act: async ({ run }, given) => {
    print(
      await cleaned({
        runs: run === undefined ? [] : [findRun(run)],
        workspaceFolder: resolve(given.workspace ?? process.cwd()),
        keepSteps: given.keepSteps ?? usualKeepSteps,
        delete: given.delete,
      }),
    );
    return 0;
  },
});

/** Text to print. Throws a UserError when a run is under way. */
async function cleaned(request: CleanRequest): Promise<string> {
  const { keepSteps } = request;
  const runs = request.runs.length === 0 ? listRuns(request.workspaceFolder) : request.runs.map(readRun);
  const live = runs.filter(({ record }) => isLive(record));
  if (request.runs.length > 0 && live.length > 0) throw new UserError(`${live[0]!.folder} is running. Stop it first.`);
  const all = new Map(
    [...runs.map(({ folder }) => workspaceOf(folder)), request.workspaceFolder].map((folder) => [
      folder,
      listRuns(folder),
    ]),
  );
  const items = await planCleanUp(runs, [...all.values()].flat(), { keepSteps });
  return [planText(runs, items), closing(items, request.delete)].join("\n");
}

/** What each item is, in words. */
const itemText = (item: CleanUpItem): string =>
  item.kind === "checkpoint"
    ? `checkpoint ${item.name}`
    : `per-token numbers of ${amount(item.rollouts)} rollouts, except each stage's last ${item.keepSteps} steps`;

function planText(runs: readonly RunEntry[], items: readonly CleanUpItem[]): string {
  if (items.length === 0)
    return "There is nothing to delete: no per-token numbers of older steps, and no unused checkpoints.";
  return runs
    .flatMap(({ folder }) => {
      const own = items.filter((item) => item.folder === folder);
      return own.length === 0
        ? []
        : [basename(folder), ...own.map((item) => `  ${sizeText(item.bytes).padStart(8)}  ${itemText(item)}`)];
    })
    .join("\n");
}

function closing(items: readonly CleanUpItem[], really: boolean): string {
  if (items.length === 0) return "";
  if (really) return `Deleted. Freed ${sizeText(cleanUp(items))}.`;
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  return `About ${sizeText(bytes)} in all. Texts, scores, metrics and the final checkpoints of stages stay. Nothing was deleted: add --delete.`;
}
