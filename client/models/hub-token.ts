/** *Set Hugging Face Token…*: the Hub's token lies in VS Code's secret storage, and goes to the language server's memory alone. */
import * as vscode from "vscode";
import { isHubToken } from "../../server/shared/hub-name";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";
import { keepFromLog } from "../secrets";

const secret = "reasoningLab.hubToken";

/** Tells the server of the token, now and when it changes, in this window or another. */
export function registerHubToken(context: vscode.ExtensionContext, api: LabApi): () => Promise<void> {
  const { secrets, subscriptions } = context;
  const tell = async (): Promise<void> => {
    const token = (await secrets.get(secret)) ?? null;
    if (token !== null) keepFromLog(token);
    await api.say("hubToken", { token });
  };
  subscriptions.push(
    secrets.onDidChange(({ key }) => {
      if (key === secret) void tell();
    }),
  );
  registerCommand(context, commands.setHubToken, async () => {
    if ((await secrets.get(secret)) !== undefined) {
      const choice = await replaceOrRemove();
      if (choice === undefined) return false;
      if (choice === "remove") {
        await secrets.delete(secret);
        await tell();
        void showInformation(
          "The Hugging Face token is removed. HF_TOKEN, or what hf auth login has stored, holds from now on.",
        );
        return false;
      }
    }
    const typed = await vscode.window.showInputBox({
      title: "Set Hugging Face Token",
      prompt:
        "From the page Access Tokens of your account on the Hub; the right to read is enough. It is kept in VS Code's secret storage.",
      placeHolder: "hf_…",
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) =>
        text === "" || isHubToken(text.trim()) ? undefined : "A token is one word, such as hf_AbCd…",
    });
    const token = typed?.trim() ?? "";
    if (token === "") return false;
    keepFromLog(token);
    await secrets.store(secret, token);
    await tell();
    void showInformation(
      "The Hugging Face token is stored. Models of the Hub are asked for with it, before HF_TOKEN and what hf auth login has stored.",
    );
    return true;
  });
  return tell;
}

async function replaceOrRemove(): Promise<"replace" | "remove" | undefined> {
  const items = [
    { label: "$(key) Set Another Token", choice: "replace" as const },
    { label: "$(trash) Remove the Token", choice: "remove" as const },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: "Set Hugging Face Token",
    placeHolder: "A token is stored",
  });
  return picked?.choice;
}
