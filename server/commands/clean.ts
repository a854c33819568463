/** `reasoning-lab clean [RUN]`: what of ended runs could go, and with `--delete` deletes it. */
import { basename, resolve } from "node:path";
import * as z from "zod";
import { usualKeepSteps, type CleanUpItem } from "../protocol/clean-up";
import type { RunEntry } from "../protocol/editor";
import { isLive } from "../protocol/run";
import { workspaceSettings } from "../files/workspace-settings";
import { cleanUp, planCleanUp } from "../runs/clean-up";
import { listRuns, readRun } from "../runs/list-runs";
import { workspaceOf } from "../runs/paths";
import { amount } from "../shared/amount";
import { plural } from "../shared/plural";
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
  readonly keepSteps: Kept;
  /** Of each stage, the newest checkpoints that stay. */
  readonly keepCheckpoints: Kept;
  /** What is wrong with the workspace's settings; null: nothing. */
  readonly problem: string | null;
  readonly delete: boolean;
}

/** How many stay, and who says so. */
interface Kept {
  readonly count: number;
  readonly by: string;
  /** What the settings say of it cannot be read, so that it may be less than what somebody meant to keep. */
  readonly unsure: boolean;
}

const whole = z.int().nonnegative();

/** As it was typed, else as the workspace's settings have it, else as usual. */
function keptBy(
  typed: number | null,
  option: string,
  settings: ReturnType<typeof workspaceSettings>,
  setting: string,
  usual: number,
): Kept {
  if (typed !== null) return { count: typed, by: option, unsure: false };
  const given = settings.of(setting);
  if (given === undefined) return { count: usual, by: "the default", unsure: settings.problem !== null };
  const read = whole.safeParse(given);
  return read.success
    ? { count: read.data, by: `${setting} in ${settings.path}`, unsure: settings.problem !== null }
    : { count: usual, by: `the default, for ${setting} in ${settings.path} is no whole number from 0`, unsure: true };
}

export const cleanCommand = command({
  name: "clean",
  summary: "show what could be deleted of ended runs; with --delete, delete it",
  details:
    "That is: per-token numbers of older steps, and unused checkpoints. How much stays is as typed, else as reasoningLab.cleanUp.keepSteps and " +
    "reasoningLab.cleanUp.keepCheckpoints in the workspace's .vscode/settings.json say; settings of your own profile are the editor's.",
  arguments: { run: optional("one run (default: all of the workspace)") },
  options: {
    keepSteps: number(
      "n",
      ranges.steps,
      `last steps of each stage whose per-token numbers stay (default: ${usualKeepSteps})`,
    ),
    keepCheckpoints: number(
      "n",
      ranges.steps,
      "newest checkpoints of each stage that stay, beside those that something builds on (default: 0)",
    ),
    delete: flag("delete it"),
    workspace: text("folder", "workspace folder (default: that of the run, else the current one)"),
  },
  act: async ({ run }, given) => {
    const found = run === undefined ? null : findRun(run);
    const workspaceFolder = resolve(given.workspace ?? (found === null ? process.cwd() : workspaceOf(found)));
    const settings = workspaceSettings(workspaceFolder);
    print(
      await cleaned({
        runs: found === null ? [] : [found],
        workspaceFolder,
        keepSteps: keptBy(given.keepSteps, "--keep-steps", settings, "reasoningLab.cleanUp.keepSteps", usualKeepSteps),
        keepCheckpoints: keptBy(
          given.keepCheckpoints,
          "--keep-checkpoints",
          settings,
          "reasoningLab.cleanUp.keepCheckpoints",
          0,
        ),
        problem: settings.problem,
        delete: given.delete,
      }),
    );
    return 0;
  },
});

/** Text to print. Throws a UserError when a run is under way. */
async function cleaned(request: CleanRequest): Promise<string> {
  const { keepSteps, keepCheckpoints, problem } = request;
  const unsure = [keepSteps, keepCheckpoints].find((kept) => kept.unsure);
  if (request.delete && unsure)
    throw new UserError(
      `${problem ?? `The settings do not say how much stays (${unsure.by}).`} Nothing was deleted: mend the settings, or type --keep-steps and --keep-checkpoints.`,
    );
  const runs = request.runs.length === 0 ? listRuns(request.workspaceFolder) : request.runs.map(readRun);
  const live = runs.filter(({ record }) => isLive(record));
  if (request.runs.length > 0 && live.length > 0) throw new UserError(`${live[0]!.folder} is running. Stop it first.`);
  const all = new Map(
    [...runs.map(({ folder }) => workspaceOf(folder)), request.workspaceFolder].map((folder) => [
      folder,
      listRuns(folder),
    ]),
  );
  const items = await planCleanUp(runs, [...all.values()].flat(), {
    keepSteps: keepSteps.count,
    keepCheckpoints: keepCheckpoints.count,
  });
  const kept =
    `Of each stage stay the per-token numbers of the last ${plural(keepSteps.count, "step")} (${keepSteps.by}) and the newest ` +
    `${plural(keepCheckpoints.count, "checkpoint")} (${keepCheckpoints.by}), beside those that something builds on.`;
  return [...(problem === null ? [] : [problem]), kept, planText(runs, items), closing(items, request.delete)]
    .filter((part) => part !== "")
    .join("\n");
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
