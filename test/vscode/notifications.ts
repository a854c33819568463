/** Messages that VS Code showed: the list behind the bell, since the tests' VS Code shows no toasts. */
import type { Locator } from "playwright-core";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export interface Notifications {
  /** Resolves when a message with this text is in the list, and clears the list. */
  shows(text: string): Promise<void>;
  /** Presses a button of the message with this text, once it is in the list. */
  press(text: string, button: string): Promise<void>;
  clear(): Promise<void>;
}

export function notifications({ page }: WorkbenchPage): Notifications {
  const clear = async (): Promise<void> => {
    await vscode.commands.executeCommand("notifications.clearAll");
    await vscode.commands.executeCommand("notifications.hideList");
  };
  const appears = async (text: string): Promise<Locator> => {
    const message = page.locator(".notifications-center .notification-list-item", { hasText: text });
    await until(`a message says "${text}"`, async () => {
      // A list that is open does not take up what comes later, so it is opened anew.
      await vscode.commands.executeCommand("notifications.hideList");
      await vscode.commands.executeCommand("notifications.showList");
      return (await message.count()) > 0;
    });
    return message.first();
  };
  return {
    async shows(text) {
      await appears(text);
      await clear();
    },
    async press(text, button) {
      // By keyboard: among several messages a button may lie under the list's own header.
      await (await appears(text)).locator(".monaco-button", { hasText: button }).press("Enter");
    },
    clear,
  };
}
