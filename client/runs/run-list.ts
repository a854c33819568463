/** The runs as the client last heard of them: one list that tree, status bar and notices share. */
import * as z from "zod";
import * as vscode from "vscode";
import type { RunEntry } from "../../server/protocol/editor";
import { runTitle, runTitles } from "../../server/protocol/run-title";
import type { LabApi } from "../lab-api";
import { log } from "../language-client";

export interface RunList {
  /** Newest first. */
  readonly entries: () => readonly RunEntry[];
  /** What a run is called among all of them. */
  readonly titleOf: (run: RunEntry) => string;
  readonly onChanged: vscode.Event<readonly RunEntry[]>;
  refresh(): Promise<void>;
}

export function openRunList(api: LabApi, context: vscode.ExtensionContext): RunList {
  const changed = new vscode.EventEmitter<readonly RunEntry[]>();
  let entries: readonly RunEntry[] = [];
  let titles: ReadonlyMap<string, string> = new Map();
  let reading = false;
  let again = false;
  const refresh = async (): Promise<void> => {
    // One question at a time; what changes meanwhile is asked for once more.
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      entries = await api.ask("listRuns", {});
      titles = runTitles(entries);
      changed.fire(entries);
    } catch (error) {
      log.error(`The list of runs could not be read: ${String(error)}`);
    } finally {
      reading = false;
    }
    if (again) {
      again = false;
      await refresh();
    }
  };
  context.subscriptions.push(
    changed,
    api.onRunsChanged(() => void refresh()),
  );
  const titleOf = (run: RunEntry): string => titles.get(run.folder) ?? runTitle(run);
  return { entries: () => entries, titleOf, onChanged: changed.event, refresh };
}

const targetSchema = z.union([z.string(), z.object({ folder: z.string() }).transform(({ folder }) => folder)]);

/** The run folder that a command was called with: as text, or an element of the tree. */
export function runFolderOf(target: unknown): string | null {
  const parsed = targetSchema.safeParse(target);
  return parsed.success ? parsed.data : null;
}

const checkpointSchema = z.object({ checkpoint: z.object({ name: z.string() }) });

/** Name of the checkpoint that a command was called with: an element of the tree. */
export function checkpointOf(target: unknown): string | null {
  const parsed = checkpointSchema.safeParse(target);
  return parsed.success ? parsed.data.checkpoint.name : null;
}
