/** Messages that VS Code showed: the list behind the bell, since the tests' VS Code shows no toasts. */
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export interface Notifications {
  /** Resolves when a message with this text is in the list, and clears the list. */
  shows(text: string): Promise<void>;
  clear(): Promise<void>;
}

export function notifications({ page }: WorkbenchPage): Notifications {
  const clear = async (): Promise<void> => {
    await vscode.commands.executeCommand("notifications.clearAll");
    await vscode.commands.executeCommand("notifications.hideList");
  };
  return {
    async shows(text) {
      const messages = page.locator(".notifications-center .notification-list-item-message", { hasText: text });
      await until(`a message says "${text}"`, async () => {
        // A list that is open does not take up what comes later, so it is opened anew.
        await vscode.commands.executeCommand("notifications.hideList");
        await vscode.commands.executeCommand("notifications.showList");
        return (await messages.count()) > 0;
      });
      await clear();
    },
    clear,
  };
}
