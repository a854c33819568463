/** Runs → stages → checkpoints. */
import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { CheckpointEntry, RunEntry } from "../../server/protocol/editor";
import { endingText, isLive, isResumable, type StageRecord } from "../../server/protocol/run";
import { sourceTexts } from "../../server/protocol/lineage";
import { plural } from "../../server/shared/plural";
import { commands } from "../command-ids";
import { registerHealthBadges, runUri } from "./health-badge";
import type { RunList } from "./run-list";
import { trains } from "../../server/protocol/stage-kinds";
import { stageMethod } from "../../server/protocol/stage-method";
import { named } from "../../server/shared/unseen";
import { heldOutText } from "../../server/protocol/held-out-text";
import { later } from "../../server/shared/coalesce";
import { durationText } from "../../server/shared/duration";
import { sizeText } from "../../server/shared/size-text";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { isEvaluation, statusText } from "./titles";
import { arrangedRuns, sortOrders, treeViewSchema, type TreeView } from "./tree-order";

/** `folder` is the run's, so that commands of the tree's menus know it. */
type Element =
  | { readonly kind: "run"; readonly folder: string; readonly run: RunEntry }
  | { readonly kind: "stage"; readonly folder: string; readonly run: RunEntry; readonly stage: StageRecord }
  /** What a run was forked from, above its stages. */
  | { readonly kind: "origin"; readonly folder: string; readonly run: RunEntry; readonly parent: RunEntry | undefined }
  | {
      readonly kind: "checkpoint";
      readonly folder: string;
      readonly checkpoint: CheckpointEntry;
      /** Whether it is the one that its stage gives on although it is not the last. */
      readonly best: boolean;
      /** Runs that go on from it. */
      readonly forks: readonly RunEntry[];
    }
  | { readonly kind: "fork"; readonly folder: string; readonly run: RunEntry; readonly parent: string };

type TitleOf = RunList["titleOf"];

/** Milliseconds between drawings of the tree. */
const interval = 500;

/** Where the order and the filter are kept, by workspace. */
const viewKey = "reasoningLab.runTree";
const filteredContext = "reasoningLab.runsFiltered";

export function registerRunTree(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  let shown = treeViewSchema.parse(context.workspaceState.get(viewKey) ?? {});
  const changed = new vscode.EventEmitter<undefined>();
  const provider: vscode.TreeDataProvider<Element> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (element) => seen(treeItem(element, runs.titleOf)),
    getChildren: (element) =>
      element ? children(element, runs.entries()) : arrangedRuns(runs.entries(), shown).map(runElement),
    // What a run takes is looked up when somebody asks, not for a whole list.
    resolveTreeItem: async (item, element) => {
      if (element.kind !== "run") return item;
      const size = await api.ask("runSize", { folder: element.folder }).then(
        ({ bytes }) => [`${sizeText(bytes)} on disk`],
        // It may be gone by now.
        () => [],
      );
      item.tooltip = [named(tooltipOf(element.run, parentOf(element.run, runs.entries()), runs.titleOf)), ...size].join(
        "\n",
      );
      return item;
    },
  };
  registerHealthBadges(context, runs);
  // A tree that is told to change while it is being drawn begins again, and never gets to its end.
  const redraw = later(() => changed.fire(undefined), interval);
  const view = vscode.window.createTreeView("reasoningLab.runs", { treeDataProvider: provider, canSelectMany: true });
  const say = (): void => {
    const { filter, order } = shown;
    const all = runs.entries().length;
    view.message =
      filter === ""
        ? ""
        : `${arrangedRuns(runs.entries(), shown).length} of ${plural(all, "run")} with “${named(filter)}”`;
    view.description = order === "newest" ? "" : (sortOrders[order].label.split(":")[0] ?? "");
    void vscode.commands.executeCommand("setContext", filteredContext, filter !== "");
  };
  const show = async (next: Partial<TreeView>): Promise<void> => {
    shown = { ...shown, ...next };
    say();
    changed.fire(undefined);
    await context.workspaceState.update(viewKey, shown);
  };
  say();
  registerCommand(context, commands.sortRuns, async () => {
    const choices = Object.entries(sortOrders).map(([order, { label, icon }]) => ({
      label: `$(${icon}) ${label}`,
      picked: order === shown.order,
      order: treeViewSchema.shape.order.parse(order),
    }));
    const chosen = await vscode.window.showQuickPick(choices, { placeHolder: "Sort runs" });
    if (chosen) await show({ order: chosen.order });
  });
  registerCommand(context, commands.filterRuns, async () => {
    const filter = await vscode.window.showInputBox({
      title: "Filter Runs",
      prompt: "Words of the name, recipe, status, folder or note; #tag; -word for what must not be there.",
      value: shown.filter,
    });
    if (filter !== undefined) await show({ filter: filter.trim().slice(0, 500) });
  });
  registerCommand(context, commands.clearRunFilter, () => show({ filter: "" }));
  context.subscriptions.push(
    changed,
    view,
    runs.onChanged((entries) => {
      redraw.hint();
      say();
      const live = entries.filter(({ record }) => isLive(record)).length;
      view.badge = live === 0 ? undefined : { value: live, tooltip: `${plural(live, "run")} running` };
    }),
    { dispose: redraw.cancel },
  );
}

const runElement = (run: RunEntry): Element => ({ kind: "run", folder: run.folder, run });

/** Runs that were forked from a checkpoint, in the same workspace folder. */
const forksOf = (run: RunEntry, checkpoint: string, all: readonly RunEntry[]): RunEntry[] =>
  all.filter(
    ({ record, workspaceFolder }) =>
      workspaceFolder === run.workspaceFolder &&
      record?.parent?.run === run.record?.id &&
      record?.parent?.checkpoint === checkpoint,
  );

/** The run that one was forked from, where it still is. */
const parentOf = (run: RunEntry, all: readonly RunEntry[]): RunEntry | undefined =>
  all.find(
    ({ record, workspaceFolder }) =>
      workspaceFolder === run.workspaceFolder && record !== null && record.id === run.record?.parent?.run,
  );

function children(element: Element, all: readonly RunEntry[]): Element[] {
  switch (element.kind) {
    case "run":
      return [
        ...(element.run.record?.parent
          ? [{ ...element, kind: "origin" as const, parent: parentOf(element.run, all) }]
          : []),
        ...(element.run.record?.stages ?? []).map((stage): Element => ({ ...element, kind: "stage", stage })),
      ];
    case "origin":
      return [];
    case "stage":
      return element.run.checkpoints
        .filter(({ stage }) => stage === element.stage.name)
        .map((checkpoint) => ({
          kind: "checkpoint",
          folder: element.folder,
          checkpoint,
          best: element.stage.given === checkpoint.name,
          forks: forksOf(element.run, checkpoint.name, all),
        }));
    case "checkpoint":
      return element.forks.map((run) => ({ kind: "fork", folder: run.folder, run, parent: element.checkpoint.name }));
    case "fork":
      return [];
  }
}

/** With what is not seen in names and messages of runs named. */
function seen(item: vscode.TreeItem): vscode.TreeItem {
  if (typeof item.label === "string") item.label = named(item.label);
  if (typeof item.description === "string") item.description = named(item.description);
  if (typeof item.tooltip === "string") item.tooltip = named(item.tooltip);
  return item;
}

function treeItem(element: Element, titleOf: TitleOf): vscode.TreeItem {
  switch (element.kind) {
    case "run":
      return runItem(element.run, titleOf);
    case "origin":
      return originItem(element, titleOf);
    case "stage":
      return stageItem(element.run, element.stage);
    case "checkpoint":
      return checkpointItem(element);
    case "fork":
      return forkItem(element.run, element.parent, titleOf);
  }
}

/** `Forked from reasoning-rl-40 of Chain sum, 24 Nov 10:42`, and a line for each changed setting; none of a run that is no fork. */
function lineageText(run: RunEntry, parent: RunEntry | undefined, titleOf: TitleOf): string[] {
  const from = run.record?.parent;
  return from ? [`Forked from ${from.checkpoint} of ${parent ? titleOf(parent) : from.run}`, ...from.changes] : [];
}

function originItem({ run, folder, parent }: Extract<Element, { kind: "origin" }>, titleOf: TitleOf): vscode.TreeItem {
  const from = run.record?.parent;
  const item = new vscode.TreeItem(`forked from ${from?.checkpoint ?? ""}`, vscode.TreeItemCollapsibleState.None);
  item.id = `${folder}<`;
  item.description = parent ? titleOf(parent) : `${from?.run ?? ""} (deleted)`;
  item.tooltip = [...lineageText(run, parent, titleOf), parent?.folder ?? ""].join("\n");
  item.iconPath = new vscode.ThemeIcon("repo-forked");
  item.contextValue = "origin";
  if (parent) item.command = { command: commands.openCurves, title: "Open Live Curves", arguments: [parent.folder] };
  return item;
}

function runItem(run: RunEntry, titleOf: TitleOf): vscode.TreeItem {
  const item = new vscode.TreeItem(
    titleOf(run),
    isLive(run.record) ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
  );
  item.id = run.folder;
  item.resourceUri = runUri(run);
  const status = run.record?.status ?? "damaged";
  const state = statusText(run) ?? (status === "completed" ? null : status);
  const from = run.record?.parent ? `from ${run.record.parent.checkpoint}` : null;
  const tags = (run.label?.tags ?? []).map((tag) => `#${tag}`).join(" ");
  // Several folders may have runs of one name.
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  const home = several ? basename(run.workspaceFolder) : null;
  item.description = [state, from, healthBadge(run), home, tags === "" ? null : tags]
    .filter((part) => part !== null)
    .join(" · ");
  item.iconPath = new vscode.ThemeIcon(runIcon(run));
  item.contextValue = isLive(run.record) ? "run.live" : isResumable(run.record) ? "run.resumable" : "run.ended";
  item.command = isEvaluation(run)
    ? { command: commands.showPipeline, title: "Show Pipeline", arguments: [run.folder] }
    : { command: commands.openCurves, title: "Open Live Curves", arguments: [run.folder] };
  return item;
}

/** All but its size, which takes a moment. */
function tooltipOf(run: RunEntry, parent: RunEntry | undefined, titleOf: TitleOf): string {
  const accepted = (run.record?.accepted ?? []).flatMap(({ changes }) => changes.map((change) => `Resumed: ${change}`));
  return [
    run.problem ?? (run.record && endingText(run.record)) ?? run.record?.status ?? "damaged",
    ...(run.label?.note ? [run.label.note] : []),
    ...(run.label?.problem ? [run.label.problem] : []),
    ...lineageText(run, parent, titleOf),
    ...accepted,
    ...(run.health?.lines ?? []),
    run.folder,
  ].join("\n");
}

/** `1 alarm`, or where there are none `advice`; null: nothing is to be said, or nobody has looked yet. */
function healthBadge({ health }: RunEntry): string | null {
  if (health === undefined) return null;
  if (health.alarms > 0) return `⚠ ${plural(health.alarms, "alarm")}`;
  return health.advice > 0 ? "advice" : null;
}

function runIcon(run: RunEntry): string {
  switch (run.record?.status) {
    case "running":
    case "stopping":
      return "sync~spin";
    case "completed":
      return "pass";
    case "stopped":
      return "debug-stop";
    case "paused":
      return "debug-pause";
    case "failed":
    case undefined:
      return "error";
    case "interrupted":
      return "debug-disconnect";
  }
}

function stageItem(run: RunEntry, stage: StageRecord): vscode.TreeItem {
  const has = run.checkpoints.some((checkpoint) => checkpoint.stage === stage.name);
  const item = new vscode.TreeItem(
    stage.name,
    has ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.id = `${run.folder}#${stage.name}`;
  const passed = heldOutText(stage);
  // An evaluation has one step, and its name says what it is.
  const did =
    run.record === null || !trains(stage) ? null : `${stageMethod(run.record, stage)} ${stage.step}/${stage.steps}`;
  item.description = [did, passed].filter(Boolean).join(" · ");
  item.tooltip = [
    `${stage.name}: ${stage.status}, ${durationText(stage.seconds)}`,
    ...(passed === null ? [] : [`Held-out ${passed}`]),
    ...sourceTexts(stage).map((source) => `Builds on ${source}`),
  ].join("\n");
  item.iconPath = new vscode.ThemeIcon(
    { pending: "circle-outline", running: "sync~spin", completed: "pass", stopped: "debug-stop", failed: "error" }[
      stage.status
    ],
  );
  item.contextValue = "stage";
  item.command = { command: commands.openTraces, title: "Open Traces", arguments: [run.folder, stage.name] };
  return item;
}

/** A run that goes on from a checkpoint, under that checkpoint. The run itself stands in the list. */
function forkItem(run: RunEntry, parent: string, titleOf: TitleOf): vscode.TreeItem {
  const item = new vscode.TreeItem(titleOf(run), vscode.TreeItemCollapsibleState.None);
  item.id = `${run.folder}<${parent}`;
  const changes = run.record?.parent?.changes ?? [];
  item.description = changes.length === 0 ? "fork" : changes.join(" · ");
  item.tooltip = [...changes, run.folder].join("\n");
  item.iconPath = new vscode.ThemeIcon("repo-forked");
  item.contextValue = "fork";
  item.command = { command: commands.openCurves, title: "Open Live Curves", arguments: [run.folder] };
  return item;
}

function checkpointItem({
  folder,
  checkpoint,
  best,
  forks,
}: Extract<Element, { kind: "checkpoint" }>): vscode.TreeItem {
  const item = new vscode.TreeItem(
    `step ${checkpoint.step}`,
    forks.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Expanded,
  );
  const path = join(folder, "checkpoints", checkpoint.name);
  item.id = path;
  if (best) item.description = "best";
  item.tooltip = `${best ? "The best by the stage's metric: the next stage starts from it.\n" : ""}${path}\nLoads with transformers: AutoModelForCausalLM.from_pretrained(…)`;
  item.iconPath = new vscode.ThemeIcon("archive");
  item.contextValue = "checkpoint";
  return item;
}
