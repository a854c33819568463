/** How the person arranged the panels of the curves last: what a page that was never there begins with. Goes with the settings where these are synchronised. */
import type * as vscode from "vscode";
import { panelLayoutSchema, type PanelLayout } from "../../server/protocol/panel-layout";

const key = "reasoningLab.panelLayout";

export interface KeptLayout {
  /** Null: nothing was arranged yet, or what is kept is of another version. */
  readonly read: () => PanelLayout | null;
  readonly keep: (layout: PanelLayout) => Promise<void>;
}

export function keptLayout({ globalState }: Pick<vscode.ExtensionContext, "globalState">): KeptLayout {
  globalState.setKeysForSync([key]);
  return {
    read: () => panelLayoutSchema.safeParse(globalState.get(key)).data ?? null,
    keep: async (layout) => globalState.update(key, layout),
  };
}
