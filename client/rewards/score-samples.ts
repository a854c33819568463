/** *Score Samples*: runs one reward over stored rollouts, or over its cases, and says what came out. */
import * as vscode from "vscode";
import * as z from "zod";
import type { ScoreSamplesResult } from "../../server/protocol/editor";
import { commands } from "../command-ids";
import { showError, showInformation, showWarning } from "../messages";
import type { LabApi } from "../lab-api";

export function registerRewardCommands(context: vscode.ExtensionContext, api: LabApi): void {
  context.subscriptions.push(
    vscode.commands.registerCommand(commands.scoreSamples, async (target: unknown, name: unknown) => {
      try {
        const reward = await pickReward(target, name);
        if (!reward) return undefined;
        const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === reward.uri);
        if (open?.isDirty) await open.save();
        const result = await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Window, title: `Scoring with ${reward.export}` },
          () => api.scoreSamples(reward),
        );
        void show(reward.export, result);
        return result;
      } catch (error) {
        void showError(error instanceof Error ? error.message : String(error));
        return undefined;
      }
    }),
  );
}

const symbolsSchema = z.array(z.object({ name: z.string() }));

/** The reward that a lens named, else one of the open file's. */
async function pickReward(target: unknown, name: unknown): Promise<{ uri: string; export: string } | undefined> {
  const uri = typeof target === "string" ? target : vscode.window.activeTextEditor?.document.uri.toString();
  if (!uri?.endsWith(".reward.ts")) {
    throw new Error("Open a reward file (*.reward.ts) first: Score Samples runs one of its rewards.");
  }
  if (typeof name === "string") return { uri, export: name };
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    vscode.Uri.parse(uri),
    1000,
  );
  const names = lenses.flatMap(({ command }) =>
    command?.command === commands.scoreSamples ? [{ name: String(command.arguments?.[1]) }] : [],
  );
  const choices = [...new Set(symbolsSchema.parse(names).map((choice) => choice.name))];
  if (choices.length === 0) throw new Error("This file exports no reward. Write: export const correct: Reward = …");
  const chosen =
    choices.length === 1 ? choices[0] : await vscode.window.showQuickPick(choices, { placeHolder: "Which reward?" });
  return chosen === undefined ? undefined : { uri, export: chosen };
}

function show(name: string, result: ScoreSamplesResult): Thenable<unknown> {
  const source = result.source === "rollouts" ? "stored rollouts" : "cases";
  const mean = result.mean === null ? "no score" : `mean ${result.mean.toFixed(3)} ± ${(result.std ?? 0).toFixed(3)}`;
  const parts = [
    `${name} over ${result.samples} ${source}: ${mean}`,
    `${result.millisecondsPerSample.toFixed(2)} ms a sample`,
    ...(result.notApplicable > 0 ? [`${result.notApplicable} not applicable`] : []),
    ...(result.errors > 0 ? [`${result.errors} errors: ${result.firstError ?? ""}`] : []),
    ...result.failedCases
      .slice(0, 3)
      .map((failed) => `case at line ${failed.line}: expected ${failed.expected}, got ${failed.actual}`),
  ];
  const text = parts.join(" · ");
  return result.errors > 0 || result.failedCases.length > 0 ? showWarning(text) : showInformation(text);
}
