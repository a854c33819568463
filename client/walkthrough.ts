/** Steps of the walkthrough are ticked by what came about, not by a command that was tried. */
import * as vscode from "vscode";
import { walkthroughContexts } from "./command-ids";

/** Ticks a step. */
export const reached = (step: keyof typeof walkthroughContexts): Thenable<unknown> =>
  vscode.commands.executeCommand("setContext", walkthroughContexts[step], true);
