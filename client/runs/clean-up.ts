/** *Clean Up Checkpoints and Traces…*: what of ended runs could go, with its size; what is chosen is deleted once that is confirmed. */
import { basename } from "node:path";
import * as vscode from "vscode";
import * as z from "zod";
import { usualKeepSteps, type CleanUpItem } from "../../server/protocol/clean-up";
import { sizeText } from "../../server/shared/size-text";
import type { LabApi } from "../lab-api";
import { confirmed, showInformation } from "../messages";
import type { RunList } from "./run-list";

type Choice = vscode.QuickPickItem & { readonly item?: CleanUpItem };

const total = (items: readonly CleanUpItem[]): string => sizeText(items.reduce((sum, { bytes }) => sum + bytes, 0));

const itemLabel = (item: CleanUpItem): string =>
  item.kind === "checkpoint"
    ? `$(package) Checkpoint ${item.name}`
    : `$(graph) Numbers per token of ${item.rollouts.toLocaleString()} rollouts`;

/** What stays, as the settings say. */
const retention = (): { keepSteps: number; keepCheckpoints: number } => {
  const settings = vscode.workspace.getConfiguration("reasoningLab.cleanUp");
  const whole = (name: string, otherwise: number): number =>
    z.int().nonnegative().catch(otherwise).parse(settings.get(name));
  return { keepSteps: whole("keepSteps", usualKeepSteps), keepCheckpoints: whole("keepCheckpoints", 0) };
};

export async function cleanUpRuns(api: LabApi, runs: RunList): Promise<void> {
  const items = await api.ask("cleanUpPlan", retention());
  if (items.length === 0) {
    void showInformation(
      "There is nothing to clean up: no per-token numbers of older steps, and no unused checkpoints, beside what the settings keep.",
    );
    return;
  }
  const titles = new Map(runs.entries().map((run) => [run.folder, runs.titleOf(run)]));
  const folders = [...new Set(items.map(({ folder }) => folder))];
  const choices = folders.flatMap((folder): Choice[] => [
    { label: titles.get(folder) ?? basename(folder), kind: vscode.QuickPickItemKind.Separator },
    ...items
      .filter((item) => item.folder === folder)
      .map((item) => ({
        label: itemLabel(item),
        description: sizeText(item.bytes),
        picked: true,
        item,
        detail:
          item.kind === "numbers"
            ? `All but the last ${item.keepSteps} steps of each stage. Texts and scores stay.`
            : "No later stage and no other run uses it.",
      })),
  ]);
  const chosen = await vscode.window.showQuickPick(choices, {
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDetail: true,
    title: `Clean Up: ${total(items)} of ended runs can be deleted`,
    placeHolder: "Ticked items are deleted",
  });
  const wanted = (chosen ?? []).flatMap(({ item }) => (item ? [item] : []));
  if (wanted.length === 0) return;
  const sure = await confirmed(
    `Delete ${total(wanted)} of ${wanted.length === 1 ? "one item" : `${wanted.length} items`}? This cannot be undone.`,
    "Metrics, texts, scores and the final checkpoints of stages stay.",
    "Delete",
  );
  if (!sure) return;
  const { freed } = await api.ask("cleanUp", { items: wanted });
  void showInformation(`Freed ${sizeText(freed)}.`);
}
