/** Models that VS Code offers (`vscode.lm`), as judges of rewards ask them by way of the language server. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { ChatMessage } from "../../server/protocol/conversation";
import { methodsOf } from "../../server/protocol/methods";
import { answering } from "../../server/protocol/requests";
import { ResponseError } from "vscode-languageclient/node";
import { UserError } from "../../server/shared/user-error";

async function modelOf(wanted: string): Promise<vscode.LanguageModelChat> {
  const models = await vscode.lm.selectChatModels();
  const found = models.find(({ id, family, name }) => [id, family, name].includes(wanted));
  if (found) return found;
  const known = [...new Set(models.map(({ family }) => family))].join(", ");
  throw new UserError(
    `VS Code has no model "${wanted}" that extensions may use. ${known === "" ? "It has none at all: install an extension that brings one." : `It has: ${known}.`}`,
  );
}

/** There is no message of the system among those of an extension: the user says it. */
const messageOf = ({ role, content }: ChatMessage): vscode.LanguageModelChatMessage =>
  role === "assistant"
    ? vscode.LanguageModelChatMessage.Assistant(content)
    : vscode.LanguageModelChatMessage.User(content);

async function ask(wanted: string, messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
  const model = await modelOf(wanted);
  const cancel = new vscode.CancellationTokenSource();
  const abort = (): void => cancel.cancel();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const options = { justification: "A reward of this workspace asks it to judge completions." };
    const response = await model.sendRequest(messages.map(messageOf), options, cancel.token);
    let text = "";
    for await (const part of response.text) text += part;
    return text;
  } catch (error) {
    if (error instanceof vscode.LanguageModelError)
      throw new UserError(`The model ${wanted} of VS Code gave no answer: ${error.message}`, { cause: error });
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
    cancel.dispose();
  }
}

export function registerEditorModels(client: LanguageClient): void {
  answering(
    methodsOf("server → client"),
    { askEditorModel: async ({ model, messages }, signal) => ({ text: await ask(model, messages, signal) }) },
    {
      on: (wire, answer) => void client.onRequest(wire, answer),
      failed: (_method, message) => new ResponseError(1, message),
    },
  );
}
