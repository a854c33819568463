/** *Score Samples*: runs one reward over stored rollouts, or over its cases, and says what came out. */
import * as vscode from "vscode";
import * as z from "zod";
import { agreementText, countsText } from "../../server/protocol/judges";
import type { ScoreSamplesResult } from "../../server/protocol/editor";
import { plural } from "../../server/shared/plural";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import { showInformation, showWarning } from "../messages";
import { pickFile, saveOpen, type FileKind } from "../pick-file";
import { reached } from "../walkthrough";
import type { LabApi } from "../lab-api";
import { rewardErrorText } from "../../server/protocol/traces";
import { UserError } from "../../server/shared/user-error";

export function registerRewardCommands(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.scoreSamples, async (target, name) => {
    // Before anything is asked.
    if (!vscode.workspace.isTrusted)
      throw new Failure("Scoring runs code of this workspace, which is not trusted. Trust it first.", {
        kind: "trust",
      });
    const reward = await pickReward(target, name);
    if (!reward) return undefined;
    await saveOpen(vscode.Uri.parse(reward.uri));
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Scoring with ${reward.export}` },
      () => api.ask("scoreSamples", reward),
    );
    await reached("scored");
    void show(reward.export, result);
    return result;
  });
}

const rewardFiles: FileKind = {
  what: "reward file",
  names: "*.reward.ts",
  question: "Score with a reward of which file?",
};

const symbolsSchema = z.array(z.object({ name: z.string() }));

/** The reward that a lens named, else one of the open file's, else one of the workspace's. */
export async function pickReward(target: unknown, name: unknown): Promise<{ uri: string; export: string } | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const uri =
    typeof target === "string"
      ? target
      : active?.endsWith(".reward.ts")
        ? active
        : (await pickFile(rewardFiles))?.toString();
  if (uri === undefined) return undefined;
  if (typeof name === "string") return { uri, export: name };
  await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    vscode.Uri.parse(uri),
    1000,
  );
  const names = lenses.flatMap(({ command }) =>
    command?.command === commands.scoreSamples ? [{ name: String(command.arguments?.[1]) }] : [],
  );
  const choices = [...new Set(symbolsSchema.parse(names).map((choice) => choice.name))];
  if (choices.length === 0) throw new UserError("This file exports no reward. Write: export const correct: Reward = …");
  const chosen =
    choices.length === 1 ? choices[0] : await vscode.window.showQuickPick(choices, { placeHolder: "Which reward?" });
  return chosen === undefined ? undefined : { uri, export: chosen };
}

function show(name: string, result: ScoreSamplesResult): Thenable<unknown> {
  const source = result.source === "rollouts" ? "stored rollouts" : "cases";
  const mean = result.mean === null ? "no score" : `mean ${result.mean.toFixed(3)} ± ${(result.std ?? 0).toFixed(3)}`;
  const parts = [
    `${name} over ${result.samples} ${source}: ${mean}`,
    `${result.millisecondsPerSample.toFixed(2)} ms per sample`,
    ...(result.notApplicable > 0 ? [`${result.notApplicable} not applicable`] : []),
    ...(result.firstError === null ? [] : [`${plural(result.errors, "error")}: ${rewardErrorText(result.firstError)}`]),
    ...(result.cases > 0 ? [`${result.cases - result.failedCases.length} of ${result.cases} cases passed`] : []),
    ...Object.entries(result.judges ?? {}).map(([judge, counts]) => `judge ${judge}: ${countsText(counts)}`),
    ...(result.agreement ? [`agrees with people on ${agreementText(result.agreement)}`] : []),
    ...result.notes,
    ...result.failedCases
      .slice(0, 3)
      .map((failed) => `case at line ${failed.line}: expected ${failed.expected}, got ${failed.actual}`),
  ];
  const text = parts.join(" · ");
  return result.errors > 0 || result.failedCases.length > 0 ? showWarning(text) : showInformation(text);
}
