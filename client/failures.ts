/** A command that fails says why, with the one button that helps; the logs only where nothing better is known. */
import * as vscode from "vscode";
import { ResponseError } from "vscode-languageclient/node";
import { remedySchema, type OpenRemedy, type Remedy } from "../server/protocol/remedy";
import { commands } from "./command-ids";
import { showError } from "./messages";
import { isInternal, messageOf, stackOf, toldOf, UserError } from "../server/shared/user-error";
import { log } from "./language-client";

/** An error of the client with what helps. */
export class Failure extends UserError {
  constructor(
    message: string,
    readonly remedy: Remedy,
  ) {
    super(message);
  }
}

/** Registers a command whose errors are shown. Its promise is `undefined` then: whoever executes it goes on. */
export function registerCommand(
  context: vscode.ExtensionContext,
  command: string,
  run: (...args: unknown[]) => unknown,
): void {
  context.subscriptions.push(
    // eslint-disable-next-line no-restricted-syntax -- every other command is registered by this function
    vscode.commands.registerCommand(command, async (...args: unknown[]) => {
      try {
        return await run(...args);
      } catch (error) {
        void showFailure(error);
        return undefined;
      }
    }),
  );
}

/** What helps with an error of the client, or of the language server. */
function remedyOf(error: unknown): Remedy | null {
  if (error instanceof Failure) return error.remedy;
  if (!(error instanceof ResponseError)) return null;
  return remedySchema.safeParse(error.data).data ?? null;
}

/** What the server says of an error is told already; a fault of the client itself is logged, and told as one. */
function told(error: unknown): string {
  if (error instanceof ResponseError || !isInternal(error)) return messageOf(error);
  log.error(stackOf(error));
  return toldOf(error, "The log has its stack.");
}

export async function showFailure(error: unknown): Promise<void> {
  const remedy = remedyOf(error);
  const label = labelOf(remedy);
  const chosen = await showError(told(error), label);
  if (chosen === undefined) return;
  await help(remedy);
}

async function help(remedy: Remedy | null): Promise<unknown> {
  const run = async (command: string, ...args: unknown[]): Promise<unknown> =>
    vscode.commands.executeCommand(command, ...args);
  switch (remedy?.kind) {
    case "open":
      return openPlace(remedy);
    case "trust":
      return run("workbench.trust.manage");
    case "new-project":
      return run(commands.newProject);
    case "get-model":
      return run(commands.getModel, remedy.model);
    case "hub-token":
      // Who has set one wanted the model.
      return (await run(commands.setHubToken)) === true ? run(commands.getModel, remedy.model) : undefined;
    case "web-page":
      return vscode.env.openExternal(vscode.Uri.parse(remedy.url));
    case undefined:
      return run(commands.showLogs);
  }
}

/** `Open Reward`, `Open Recipe`, … */
function labelOf(remedy: Remedy | null): string {
  switch (remedy?.kind) {
    case "trust":
      return "Manage Trust";
    case "new-project":
      return "New Project";
    case "get-model":
      return "Get Model";
    case "hub-token":
      return "Set Token…";
    case "web-page":
      return "Open Its Page";
    case "open":
      return remedy.file.endsWith(".reward.ts")
        ? "Open Reward"
        : remedy.file.endsWith(".lab.json")
          ? "Open Recipe"
          : "Open File";
    case undefined:
      return "Show Logs";
  }
}

/** A file that cannot be opened is VS Code's own message. `beside`: what shows now, so that both can be read. */
export async function openPlace(
  { file, line, column }: Omit<OpenRemedy, "kind">,
  { beside = false } = {},
): Promise<void> {
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file), {
    ...(beside ? { viewColumn: vscode.ViewColumn.Beside } : {}),
    selection: new vscode.Range(at, at),
  } satisfies vscode.TextDocumentShowOptions);
}
