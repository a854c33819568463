/** *Audit Reward…* and its page. */
import * as vscode from "vscode";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { pickFile, saveOpen, type FileKind } from "../pick-file";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.audit", title: "Reward Audit", page: "audit", icon: null };
const hostOf = panelOf(kind, openTraces);

const rewardFiles: FileKind = {
  what: "reward file",
  names: "*.reward.ts",
  question: "Audit the rewards of which file?",
};

/** Call once at activation: brings the panel of the last session back. */
export function registerAudit(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
  registerCommand(context, commands.auditReward, async (target) => {
    if (!vscode.workspace.isTrusted)
      throw new Failure("An audit runs code of this workspace, which is not trusted. Trust it first.", {
        kind: "trust",
      });
    const active = vscode.window.activeTextEditor?.document.uri.toString();
    const uri =
      typeof target === "string"
        ? target
        : target instanceof vscode.Uri
          ? target.toString()
          : active?.endsWith(".reward.ts")
            ? active
            : (await pickFile(rewardFiles))?.toString();
    if (uri === undefined) return;
    await saveOpen(vscode.Uri.parse(uri));
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "Auditing rewards" }, () =>
      api.ask("auditReward", { uri }),
    );
    hostOf(context, api).open({ run: null, stage: null, step: null, reward: uri });
  });
}
