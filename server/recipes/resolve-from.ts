import { isAbsolute, join } from "node:path";

/** A path of the recipe as an absolute one. Recipes write `/` on every platform. */
export const resolveFrom = (folder: string, path: string) =>
  isAbsolute(path) ? path : join(folder, ...path.split("/"));
