/** The panel of live curves. */
import type * as vscode from "vscode";
import { mostRuns } from "../../server/protocol/curves";
import { lastPicture } from "./last-picture";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const pictures = lastPicture();
const kind: PanelKind = {
  viewType: "reasoningLab.curves",
  title: "Live Curves",
  page: "curves",
  icon: null,
  early: {
    heard: pictures.heard,
    async begin(begin, waiting) {
      const runs = await begin("listRuns", {});
      const run = runs.find(({ folder }) => folder === waiting?.run);
      if (run === undefined) return;
      const overview = await begin("readCurves", { folder: run.folder, stage: waiting?.stage ?? null });
      const picture = overview.read < overview.of ? null : pictures.next(run.folder, overview);
      if (picture !== null) await begin("drawCurves", picture);
    },
  },
};
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerCurves(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens the curves of these runs over each other. */
export function openComparison(context: vscode.ExtensionContext, api: LabApi, folders: readonly string[]): void {
  const compare = [...folders].slice(0, mostRuns);
  hostOf(context, api).open({ run: null, stage: null, step: null, compare });
}

interface CurvesPlace {
  readonly run: string | null;
  readonly stage?: string | null;
  readonly step?: number | null;
  readonly file?: string;
}

/** Opens the curves of this run, or reveals them; without a run those of the run that lives, else of the newest. `file`: metrics of another tool instead. */
export function openCurves(
  context: vscode.ExtensionContext,
  api: LabApi,
  { run, stage = null, step = null, file }: CurvesPlace,
): void {
  hostOf(context, api).open({ run, stage, step, ...(file === undefined ? {} : { file }) });
}
