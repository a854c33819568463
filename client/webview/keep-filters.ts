/** Filters of traces that the person keeps. They go with the settings where these are synchronised. */
import * as vscode from "vscode";
import * as z from "zod";
import { savedFilterSchema, type SavedFilter } from "../../server/protocol/rollout-filter/saved";

const key = "reasoningLab.rolloutFilters";

export interface KeptFilters {
  readonly read: () => SavedFilter[];
  readonly keep: (filters: readonly SavedFilter[]) => Promise<void>;
  /** Asks for a name and keeps the filter under it, in place of one of the same line; all then. Unchanged where no name is given. */
  readonly name: (filter: SavedFilter) => Promise<SavedFilter[]>;
}

/** Characters of a name, and filters that are kept. */
const longestName = 200;
const mostFilters = 100;

export function keptFilters({ globalState }: Pick<vscode.ExtensionContext, "globalState">): KeptFilters {
  globalState.setKeysForSync(["reasoningLab.panelLayout", key]);
  const read = (): SavedFilter[] => z.array(savedFilterSchema).safeParse(globalState.get<unknown>(key)).data ?? [];
  const keep = async (filters: readonly SavedFilter[]): Promise<void> => globalState.update(key, filters);
  return {
    read,
    keep,
    async name({ name, line }) {
      const others = (): SavedFilter[] => read().filter((one) => one.line !== line);
      const given = await vscode.window.showInputBox({
        title: vscode.l10n.t("Name of the Filter"),
        prompt: line,
        value: name,
        validateInput: (text) => {
          const typed = text.trim();
          if (typed === "") return vscode.l10n.t("Type a name.");
          if (typed.length > longestName) return vscode.l10n.t("Type at most {0} characters.", longestName);
          if (others().some((one) => one.name === typed)) return vscode.l10n.t("Another filter has this name.");
          return others().length >= mostFilters
            ? vscode.l10n.t("{0} filters are kept. Forget one first.", mostFilters)
            : undefined;
        },
      });
      if (given === undefined) return read();
      // In its place, so that a new name does not move it.
      const all = read();
      const named = { name: given.trim(), line };
      const at = all.findIndex((one) => one.line === line);
      await keep(at < 0 ? [...all, named] : all.with(at, named));
      return read();
    },
  };
}
