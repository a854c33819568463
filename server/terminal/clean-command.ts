/** `clean`: what of ended runs could go, and with `--delete` deletes it. */
import { basename } from "node:path";
import { usualKeepSteps, type CleanUpItem } from "../protocol/clean-up";
import type { RunEntry } from "../protocol/editor";
import { isLive } from "../protocol/run";
import { cleanUp, planCleanUp } from "../runs/clean-up";
import { listRuns, readRun } from "../runs/list-runs";
import { workspaceOf } from "../runs/paths";
import { sizeText } from "../shared/size-text";
import { UsageError } from "./command-line";

export interface CleanRequest {
  /** Run folders; empty: all of the workspace folder. */
  readonly runs: readonly string[];
  readonly workspaceFolder: string;
  /** As typed. */
  readonly keepSteps: string | undefined;
  readonly delete: boolean;
}

/** Text to print. Throws {@link UsageError} on a number that is none, and an Error for people when a run is under way. */
export function cleanCommand(request: CleanRequest): string {
  const keepSteps = request.keepSteps === undefined ? usualKeepSteps : Number(request.keepSteps);
  if (!Number.isInteger(keepSteps) || keepSteps < 0)
    throw new UsageError(`--keep-steps must be a whole number from 0 on, not "${request.keepSteps ?? ""}".`);
  const runs = request.runs.length === 0 ? listRuns(request.workspaceFolder) : request.runs.map(readRun);
  const live = runs.filter(({ record }) => isLive(record));
  if (request.runs.length > 0 && live.length > 0) throw new Error(`${live[0]!.folder} is running. Stop it first.`);
  const all = new Map(
    [...runs.map(({ folder }) => workspaceOf(folder)), request.workspaceFolder].map((folder) => [
      folder,
      listRuns(folder),
    ]),
  );
  const items = planCleanUp(runs, [...all.values()].flat(), { keepSteps });
  return [planText(runs, items), closing(items, request.delete)].join("\n");
}

/** What each item is, in words. */
const itemText = (item: CleanUpItem): string =>
  item.kind === "checkpoint"
    ? `checkpoint ${item.name}`
    : `numbers per token of ${item.rollouts.toLocaleString("en")} rollouts, but of each stage's last ${item.keepSteps} steps`;

function planText(runs: readonly RunEntry[], items: readonly CleanUpItem[]): string {
  if (items.length === 0)
    return "There is nothing to delete: no numbers per token of older steps, no checkpoint that nothing builds on.";
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
  if (really) return `Deleted. The files take ${sizeText(cleanUp(items))} less.`;
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  return `About ${sizeText(bytes)} in all. Texts, scores, metrics and the checkpoints that stages gave on stay. Nothing was deleted: add --delete.`;
}
