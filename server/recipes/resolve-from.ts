import { isAbsolute, join } from "node:path";
import type { ModelSpec } from "./schema";

/** A path of the recipe as an absolute one. Recipes write `/` on every platform. */
export const resolveFrom = (folder: string, path: string) =>
  isAbsolute(path) ? path : join(folder, ...path.split("/"));

/** How a recipe may say that its checkpoint is a GGUF file; its ending says so, too. */
const ggufScheme = "gguf:";

/** Whether a recipe's checkpoint is one file with everything in it. */
export const isGguf = (checkpoint: string): boolean =>
  checkpoint.startsWith(ggufScheme) || checkpoint.toLowerCase().endsWith(".gguf");

/** Folder, or GGUF file, of a recipe's checkpoint, absolute. */
export const checkpointPath = (folder: string, checkpoint: string): string =>
  resolveFrom(folder, checkpoint.startsWith(ggufScheme) ? checkpoint.slice(ggufScheme.length) : checkpoint);

/** The model that a recipe's adapters are beside; undefined: it trains none. */
export const adapterBase = (folder: string, model: ModelSpec): string | undefined =>
  "checkpoint" in model && model.lora ? checkpointPath(folder, model.checkpoint) : undefined;
