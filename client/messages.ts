/** Notifications whose text comes from runs, recipes and rewards. */
import * as vscode from "vscode";
import { withoutLinks } from "./without-links";

export const showInformation = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showInformationMessage(withoutLinks(text), ...items);

export const showWarning = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showWarningMessage(withoutLinks(text), ...items);

export const showError = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showErrorMessage(withoutLinks(text), ...items);

/** Asks before something that cannot be undone. True: the one button was pressed. */
export const confirmed = async (text: string, detail: string, button: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(withoutLinks(text), { modal: true, detail }, button)) === button;
