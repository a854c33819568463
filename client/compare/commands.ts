/** *Compare Algorithms…*: which recipe, stage, algorithms, seeds and tokens; then the runs, and the report. */
import * as vscode from "vscode";
import type { CompareOffersResult, CompareProgress } from "../../server/protocol/editor";
import { commands } from "../command-ids";
import type { LabApi } from "../lab-api";
import { registerCommand } from "../failures";
import { showInformation } from "../messages";
import { pickRecipe } from "../runs/pick-recipe";
import { UserError } from "../../server/shared/user-error";

export function registerCompareCommand(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.compareAlgorithms, (target) => compare(api, target));
}

async function compare(api: LabApi, target: unknown): Promise<string | undefined> {
  const recipe = await pickRecipe(target);
  if (!recipe) return undefined;
  const recipeUri = recipe.toString();
  const offers = await api.ask("compareOffers", { recipeUri });
  const stage = await pickStage(offers);
  const algorithms = stage && (await pickAlgorithms(offers));
  const seeds = algorithms && (await askSeeds());
  const tokens = seeds && (await askTokens(stage.tokens, algorithms.length * seeds.length));
  if (!stage || !algorithms || !seeds || tokens === undefined) return undefined;

  const options = {
    location: vscode.ProgressLocation.Notification,
    cancellable: true,
    title: `Comparing ${algorithms.join(", ")}`,
  };
  let cancelled = false;
  const report = await vscode.window.withProgress(options, async (report, token) => {
    token.onCancellationRequested(() => (cancelled = true));
    let shown = 0;
    const show = ({ what, done, all }: CompareProgress): void => {
      report.report({ message: `run ${done + 1} of ${all}: ${what}`, increment: (100 * (done - shown)) / all });
      shown = done;
    };
    const params = { recipeUri, stage: stage.name, algorithms, seeds, tokens };
    return api
      .while("compareProgress", show, () => api.ask("compare", params, token))
      .then(
        ({ report: path }) => path,
        (error: unknown) => {
          if (!cancelled) throw error;
          return null;
        },
      );
  });
  if (report === null) {
    void showInformation("The comparison was stopped. Its runs stay in the list; there is no table.");
    return undefined;
  }
  await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.file(report));
  return report;
}

async function pickStage({ stages }: CompareOffersResult): Promise<CompareOffersResult["stages"][number] | undefined> {
  if (stages.length === 0)
    throw new UserError("The recipe has no reasoning-rl stage, so there is no algorithm to compare.");
  if (stages.length === 1) return stages[0];
  const items = stages.map((stage) => ({ label: stage.name, stage }));
  return (await vscode.window.showQuickPick(items, { title: "Compare Algorithms: which stage?" }))?.stage;
}

async function pickAlgorithms({ algorithms }: CompareOffersResult): Promise<string[] | undefined> {
  const usual = new Set(["grpo", "ppo"]);
  const items = algorithms.map(({ name, about }) => ({ label: name, detail: about, picked: usual.has(name) }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Compare Algorithms: which ones?",
    canPickMany: true,
    placeHolder: "All start from one checkpoint, with the same seeds and the same number of generated tokens",
    matchOnDetail: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ label }) => label) : undefined;
}

const seedsOf = (text: string): number[] | null => {
  const seeds = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) ? seeds : null;
};

async function askSeeds(): Promise<number[] | undefined> {
  const text = await vscode.window.showInputBox({
    title: "Compare Algorithms: seeds",
    value: "0,1,2",
    prompt: "Each algorithm runs once with each seed.",
    validateInput: (value) => (seedsOf(value) ? undefined : "Use whole numbers from 0, such as 0,1,2."),
  });
  return text === undefined ? undefined : (seedsOf(text) ?? undefined);
}

const tokensOf = (text: string): number | null => {
  const tokens = Number(text.replaceAll(/[ ,_]/g, ""));
  return Number.isInteger(tokens) && tokens > 0 ? tokens : null;
};

async function askTokens(usual: number, runs: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: "Compare Algorithms: generated tokens of each run",
    value: usual.toLocaleString("en-US"),
    prompt: `${runs} runs, one after the other, each until it has generated this many tokens.`,
    validateInput: (value) => (tokensOf(value) === null ? "A whole number of tokens." : undefined),
  });
  return text === undefined ? undefined : (tokensOf(text) ?? undefined);
}
