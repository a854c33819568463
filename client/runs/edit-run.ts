/** What a person does with a run as a thing: give it a name, tags and a note, delete it, find its folder. */
import * as vscode from "vscode";
import { annotationLimits, tagSchema } from "../../server/protocol/annotations";
import type { RunEntry } from "../../server/protocol/editor";
import { runTitle } from "../../server/protocol/run-title";
import { messageOf, UserError } from "../../server/shared/user-error";
import { sizeText } from "../../server/shared/size-text";
import type { LabApi } from "../lab-api";
import { confirmed, showInformation } from "../messages";

/** What an input said of a name is not one; null: it is. */
const refuseName = (text: string): string | null =>
  text.trim().length > annotationLimits.name ? `A name has at most ${annotationLimits.name} characters.` : null;

export async function renameRun(api: LabApi, { folder, record, label }: RunEntry): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: "Rename Run",
    prompt: "A name to show. The folder keeps its own. Empty: the recipe's name.",
    value: label?.name ?? record?.name ?? "",
    validateInput: refuseName,
  });
  if (text === undefined) return;
  const name = text.trim();
  await api.ask("labelRun", { folder, label: { name: name === "" || name === record?.name ? null : name } });
}

const tagsOf = (text: string): string[] =>
  text
    .split(",")
    .map((tag) => tag.trim().replace(/^#/, ""))
    .filter((tag) => tag !== "");

export async function tagRun(api: LabApi, runs: readonly RunEntry[]): Promise<void> {
  const [first] = runs;
  if (!first) return;
  const text = await vscode.window.showInputBox({
    title: runs.length === 1 ? "Tag Run" : `Tag ${runs.length} Runs`,
    prompt: "Tags, separated by commas. Empty: none.",
    value: (first.label?.tags ?? []).join(", "),
    validateInput: (given) =>
      tagsOf(given).length > annotationLimits.tags
        ? `A run has at most ${annotationLimits.tags} tags.`
        : tagsOf(given).every((tag) => tagSchema.safeParse(tag).success)
          ? null
          : `A tag has at most ${annotationLimits.tag} characters.`,
  });
  if (text === undefined) return;
  for (const { folder } of runs) await api.ask("labelRun", { folder, label: { tags: tagsOf(text) } });
}

export async function noteRun(api: LabApi, { folder, label }: RunEntry): Promise<void> {
  const note = await vscode.window.showInputBox({
    title: "Note on Run",
    prompt: "What this run is about. It stands in the hover and in the table of runs. Empty: nothing.",
    value: label?.note ?? "",
    validateInput: (text) =>
      text.length > annotationLimits.note ? `A note has at most ${annotationLimits.note} characters.` : null,
  });
  if (note !== undefined) await api.ask("labelRun", { folder, label: { note: note.trim() === "" ? null : note } });
}

/** Moves runs to the bin, once that is confirmed. Throws an Error for people where one of them is live: nothing is deleted then. */
export async function deleteRuns(api: LabApi, runs: readonly RunEntry[]): Promise<void> {
  if (runs.length === 0) return;
  const plans = await Promise.all(runs.map(({ folder }) => api.ask("deletePlan", { folder })));
  const users = new Map(plans.flatMap(({ usedBy: all }) => all.map(({ folder, title }) => [folder, title])));
  for (const { folder } of runs) users.delete(folder);
  const usedBy = [...users.values()];
  const size = sizeText(plans.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = runs.length === 1 ? `“${runTitle(runs[0]!)}”` : `${runs.length} runs`;
  const detail = [
    `${size}: metrics, rollouts, checkpoints, notes.`,
    ...(usedBy.length === 0
      ? []
      : [
          `${usedBy.slice(0, 5).join(", ")}${usedBy.length > 5 ? ` and ${usedBy.length - 5} more` : ""} started from its checkpoints and cannot be resumed or forked from them afterwards.`,
        ]),
  ].join("\n");
  if (!(await confirmed(`Move ${what} to the bin?`, detail, "Move to Bin"))) return;
  const kept: { readonly run: RunEntry; readonly why: string }[] = [];
  for (const run of runs) {
    // Somebody may have resumed it meanwhile.
    await api.ask("deletePlan", { folder: run.folder });
    try {
      await vscode.workspace.fs.delete(vscode.Uri.file(run.folder), { recursive: true, useTrash: true });
    } catch (error) {
      kept.push({ run, why: messageOf(error) });
    }
  }
  if (kept.length === 0) return;
  const sure = await confirmed(
    `There is no bin for ${kept.length === 1 ? `“${runTitle(kept[0]!.run)}”` : `${kept.length} runs`}. Delete for good?`,
    `${kept[0]!.why}\nThis cannot be undone.`,
    "Delete for Good",
  );
  if (!sure) return;
  for (const { run } of kept)
    try {
      await vscode.workspace.fs.delete(vscode.Uri.file(run.folder), { recursive: true, useTrash: false });
    } catch (error) {
      throw new UserError(`${run.folder} could not be deleted: ${messageOf(error)}`);
    }
  void showInformation(`Deleted ${kept.length === 1 ? runTitle(kept[0]!.run) : `${kept.length} runs`}.`);
}

/** In the explorer where the folder is of the workspace, which it always is; else in the system's. */
export const revealRun = ({ folder }: RunEntry): Thenable<unknown> =>
  vscode.commands.executeCommand("revealInExplorer", vscode.Uri.file(folder));

export const copyRunPath = (runs: readonly RunEntry[]): Thenable<void> =>
  vscode.env.clipboard.writeText(runs.map(({ folder }) => folder).join("\n"));
