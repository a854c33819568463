/** Filters of traces that the person keeps. They go with the settings where these are synchronised. */
import type * as vscode from "vscode";
import * as z from "zod";
import { savedFilterSchema, type SavedFilter } from "../../server/protocol/rollout-filter/saved";

const key = "reasoningLab.rolloutFilters";

export interface KeptFilters {
  readonly read: () => SavedFilter[];
  readonly keep: (filters: readonly SavedFilter[]) => Promise<void>;
}

export function keptFilters({ globalState }: Pick<vscode.ExtensionContext, "globalState">): KeptFilters {
  globalState.setKeysForSync(["reasoningLab.panelLayout", key]);
  return {
    read: () => z.array(savedFilterSchema).safeParse(globalState.get<unknown>(key)).data ?? [],
    keep: async (filters) => globalState.update(key, filters),
  };
}
