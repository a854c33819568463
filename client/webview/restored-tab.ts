/** Tabs of pages that VS Code brought back after a reload and that nobody has looked at since: their panels are made when they are shown. */
import * as vscode from "vscode";

const groups = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth"] as const;

/** The tab of a kind of panel, whether its panel is there or not. VS Code prefixes the kind's name. */
function tabOf(viewType: string): vscode.Tab | undefined {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(`-${viewType}`));
}

/** Shows the tab of a kind of panel, by which its panel is brought back; false: there is none. */
export async function showTab(viewType: string): Promise<boolean> {
  const tab = tabOf(viewType);
  const group = groups[(tab?.group.viewColumn ?? 0) - 1];
  if (tab === undefined || group === undefined) return false;
  await vscode.commands.executeCommand(`workbench.action.focus${group}EditorGroup`);
  await vscode.commands.executeCommand("workbench.action.openEditorAtIndex", tab.group.tabs.indexOf(tab));
  return true;
}
