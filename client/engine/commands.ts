/** *Set Up TensorFlow Engine* and *Select Engine*. The language server does the work; here are the questions and the answers. */
import * as vscode from "vscode";
import type { InstalledEngine } from "../../server/protocol/engine";
import { sizeText } from "../../server/shared/size-text";
import { commands } from "../command-ids";
import type { LabApi } from "../lab-api";
import { registerCommand } from "../failures";
import { showInformation, showWarning } from "../messages";
import { engineItems, offerItems, stateText, type EngineSetting, type OfferItem } from "./texts";
import { withSetupProgress } from "./with-setup-progress";
import { UserError } from "../../server/shared/user-error";

export function registerEngineCommands(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.setUpEngine, () => setUp(api));
  registerCommand(context, commands.selectEngine, () => select(api));
}

type SetUpItem = OfferItem | { readonly label: string; readonly remove: true };

async function setUp(api: LabApi): Promise<InstalledEngine | undefined> {
  const status = await api.ask("engineStatus", {});
  const size = status.engines.reduce((sum, { bytes }) => sum + bytes, 0);
  const items: SetUpItem[] = [
    ...offerItems(status),
    ...(status.engines.length > 0 ? [{ label: `$(trash) Remove (${sizeText(size)})`, remove: true } as const] : []),
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Set Up TensorFlow Engine",
    placeHolder: `Into ${status.folder}, from the package index of your pip settings`,
  });
  if (!chosen) return undefined;
  if ("remove" in chosen) {
    const folders = await api.ask("removeEngines", {});
    void showInformation(`Removed ${folders.join(", ")}.`);
    return undefined;
  }
  const { variant, obstacle } = chosen.offer;
  if (obstacle !== null) throw new UserError(obstacle);
  return install(api, variant);
}

/** Sets up with a notification that can cancel; says what came of it. */
async function install(api: LabApi, variant: InstalledEngine["variant"]): Promise<InstalledEngine | undefined> {
  const title = `Setting up TensorFlow (${variant === "cuda" ? "CUDA" : "CPU"})`;
  const engine = await withSetupProgress(api, title, (token) => api.ask("setUpEngine", { variant }, token));
  if (!engine) {
    void showInformation("The setup was cancelled. The next try continues from what was already downloaded.");
    return undefined;
  }
  const show = engine.probe?.works && engine.probe.problem === null ? showInformation : showWarning;
  void show(stateText(engine), "Select Engine").then((chosen) => {
    if (chosen) void vscode.commands.executeCommand(commands.selectEngine);
  });
  return engine;
}

async function select(api: LabApi): Promise<EngineSetting | undefined> {
  const status = await api.ask("engineStatus", {});
  const configuration = vscode.workspace.getConfiguration("reasoningLab");
  const items = engineItems(status, configuration.get("engine", "auto"));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Select Engine",
    placeHolder: "For recipes whose engine is auto. A recipe that names an engine uses that one",
  });
  if (!chosen) return undefined;
  if (chosen.label === "tensorflow" && !status.engines.some(({ probe }) => probe?.works)) {
    const answer = await showInformation(chosen.detail, "Set Up TensorFlow Engine");
    if (!answer || !(await setUp(api))?.probe?.works) return undefined;
  }
  await configuration.update("engine", chosen.label, vscode.ConfigurationTarget.Global);
  return chosen.label;
}
