/** Notifications whose text comes from runs, recipes and rewards. */
import * as vscode from "vscode";
import { named } from "../server/shared/unseen";
import { withoutLinks } from "./without-links";

const shown = (text: string): string => withoutLinks(named(text));

export const showInformation = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showInformationMessage(shown(text), ...items);

export const showWarning = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showWarningMessage(shown(text), ...items);

export const showError = <Item extends string>(text: string, ...items: Item[]): Thenable<Item | undefined> =>
  vscode.window.showErrorMessage(shown(text), ...items);

/** Asks before something that cannot be undone. True: the one button was pressed. */
export const confirmed = async (text: string, detail: string, button: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(shown(text), { modal: true, detail: named(detail) }, button)) === button;
