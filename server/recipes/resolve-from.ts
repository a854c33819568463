import { isAbsolute, join } from "node:path";
import { hubSnapshot } from "../files/hub-cache";
import { hubNameOf, isHub } from "../shared/hub-name";
import type { ModelSpec } from "./schema";

/** A path of the recipe as an absolute one. Recipes write `/` on every platform. */
export const resolveFrom = (folder: string, path: string) =>
  isAbsolute(path) ? path : join(folder, ...path.split("/"));

/** How a recipe may say that its checkpoint is a GGUF file; its ending says so, too. */
const ggufScheme = "gguf:";

/** Whether a recipe's checkpoint is one file with everything in it. */
export const isGguf = (checkpoint: string): boolean =>
  !isHub(checkpoint) && (checkpoint.startsWith(ggufScheme) || checkpoint.toLowerCase().endsWith(".gguf"));

/** Folder, or GGUF file, of a recipe's checkpoint, absolute. */
export function checkpointPath(folder: string, checkpoint: string): string {
  const hub = hubNameOf(checkpoint);
  if (hub !== null) return hubSnapshot(hub);
  return resolveFrom(folder, checkpoint.startsWith(ggufScheme) ? checkpoint.slice(ggufScheme.length) : checkpoint);
}

/** The model that a recipe's adapters are beside; undefined: it trains none. */
export const adapterBase = (folder: string, model: ModelSpec): string | undefined =>
  "checkpoint" in model && model.lora ? checkpointPath(folder, model.checkpoint) : undefined;
