/** *Try Checkpoint…* and its page. */
import type * as vscode from "vscode";
import { groupPlaceSchema } from "../../server/protocol/editor";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { checkpointOf, runFolderOf } from "../runs/run-list";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = {
  viewType: "reasoningLab.playground",
  title: "Try Checkpoint",
  page: "playground",
  icon: null,
};
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerPlayground(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
  // Of a run, an element of the tree, or a rollout, whose prompt is taken over; without one the page takes the newest run.
  registerCommand(context, commands.tryCheckpoint, (target, named) => {
    const rollout = groupPlaceSchema.safeParse(target).data;
    const checkpoint = typeof named === "string" ? named : checkpointOf(target);
    hostOf(context, api).open({
      run: rollout?.folder ?? runFolderOf(target),
      stage: rollout?.stage ?? null,
      step: rollout?.step ?? null,
      ...(rollout ? { rollout: { purpose: rollout.purpose, group: rollout.group, sample: 0 } } : {}),
      ...(checkpoint === null ? {} : { checkpoint }),
    });
  });
}
