/** *Set Key of Judge…*: keys lie in VS Code's secret storage, each with the one host that it is for, and go to the language server's memory alone. */
import * as vscode from "vscode";
import { judgeKeysSchema, type JudgeKeys } from "../../server/protocol/judges";
import { keyName } from "../../server/shared/key-name";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";
import { keepFromLog } from "../secrets";

const secret = "reasoningLab.judgeKeys";

async function stored({ secrets }: vscode.ExtensionContext): Promise<JudgeKeys> {
  try {
    const keys = judgeKeysSchema.parse(JSON.parse((await secrets.get(secret)) ?? "{}"));
    for (const { key } of Object.values(keys)) keepFromLog(key);
    return keys;
  } catch {
    return {};
  }
}

/** Tells the server of the keys, now and when they change, in this window or another. */
export function registerJudgeKeys(context: vscode.ExtensionContext, api: LabApi): () => Promise<void> {
  const tell = async (): Promise<void> => api.say("judgeKeys", { keys: await stored(context) });
  context.subscriptions.push(
    context.secrets.onDidChange(({ key }) => {
      if (key === secret) void tell();
    }),
  );
  registerCommand(context, commands.setJudgeKey, async () => {
    const chosen = await chooseKey(api, await stored(context));
    if (chosen === undefined) return;
    const { name, host } = chosen;
    const key = await vscode.window.showInputBox({
      title: `Key ${name}`,
      prompt: `The key that judges at ${host} are asked with. It is kept in VS Code's secret storage. Empty: forget it.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    const { [name]: _, ...others } = await stored(context);
    const keys = key.trim() === "" ? others : { ...others, [name]: { host, key: key.trim() } };
    await context.secrets.store(secret, JSON.stringify(keys));
    await tell();
    void showInformation(
      key.trim() === ""
        ? `The key ${name} is forgotten.`
        : `The key ${name} is stored for ${host}. Runs that are started or resumed from now on have it.`,
    );
  });
  return tell;
}

interface Chosen {
  readonly name: string;
  readonly host: string;
}

/** One of the keys that recipes name, or that are stored, or another. */
async function chooseKey(api: LabApi, keys: JudgeKeys): Promise<Chosen | undefined> {
  const recipes = await vscode.workspace.findFiles("**/*.lab.json", "**/node_modules/**");
  const named = await api.ask("judgeKeyNames", { recipeUris: recipes.map(String) });
  const offered = [
    ...named.flatMap(({ name, hosts }) => hosts.map((host): Chosen => ({ name, host }))),
    ...Object.entries(keys).map(([name, { host }]): Chosen => ({ name, host })),
  ];
  const different = [...new Map(offered.map((one) => [`${one.name} ${one.host}`, one])).values()];
  const items = different.map((one) => ({
    label: one.name,
    description: `for ${one.host}`,
    detail: keys[one.name]?.host === one.host ? "stored" : "",
    one,
  }));
  const other = { label: "Another key…", description: "", detail: "", one: null };
  const picked =
    items.length === 0
      ? other
      : await vscode.window.showQuickPick([...items, other], { title: "Set Key of Judge", placeHolder: "Which key?" });
  if (picked === undefined) return undefined;
  return picked.one ?? typedKey();
}

async function typedKey(): Promise<Chosen | undefined> {
  const name = await vscode.window.showInputBox({
    title: "Set Key of Judge",
    prompt: 'Name of the key, as judge({ key }) and "keys" of the recipe have it',
    placeHolder: "JUDGE_KEY",
    ignoreFocusOut: true,
    validateInput: (text) => (keyName.test(text) ? undefined : "Letters, digits and _ only, such as JUDGE_KEY."),
  });
  if (name === undefined) return undefined;
  const host = await vscode.window.showInputBox({
    title: "Set Key of Judge",
    prompt: "Host that the key is for; it is sent to no other",
    placeHolder: "api.example.com",
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?$/.test(text)
        ? undefined
        : "A host, such as api.example.com or 127.0.0.1:8000.",
  });
  return host === undefined ? undefined : { name, host };
}
