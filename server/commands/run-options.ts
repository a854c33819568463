/** Options of every command that starts a run. */
import { resolve } from "node:path";
import { enginesFolder } from "../engine-setup/engines-folder";
import { installedEngines, usableTensorflow } from "../engine-setup/manifest";
import { productVersion } from "../processes/installation";
import type { RunOptions } from "../launch/run";
import type { CommandContext } from "./command";
import { text, type Given } from "./options";

export const node = text("path", "a Node ≥ 22.15 that rewards run in");
export const engines = text(
  "folder",
  "where TensorFlow is installed (default: REASONING_LAB_ENGINES, or the user's data folder)",
);

/** Of a command that works on a run there is. */
export const ofRun = {
  workspace: text("folder", "folder of the run's recipe, if the run was recorded elsewhere with --output"),
  node,
  engines,
};

/** What a run needs of this machine. */
export function machineOptions(
  given: Given<{ node: typeof node; engines: typeof engines }>,
  { installation }: CommandContext,
): RunOptions {
  return {
    installation,
    nodePath: given.node ?? "",
    version: productVersion(installation),
    ...usableTensorflow(installedEngines(enginesFolder(given.engines))),
  };
}

/** The folder that the recipe lies in of a run that was recorded elsewhere. */
export const elsewhere = (workspace: string | undefined): { readonly sources?: string } =>
  workspace === undefined ? {} : { sources: resolve(workspace) };
