/** Lenses over a recipe's pipeline and over each stage: Run, Resume, and while it runs Stop with the progress. */
import { findNodeAtLocation } from "jsonc-parser";
import type { Node } from "jsonc-parser";
import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { RunEntry } from "../protocol/editor";
import { heldOutText } from "../protocol/held-out-text";
import { isLive, isResumable, type StageRecord } from "../protocol/run";
import { trains } from "../protocol/stage-kinds";
import { recipeTree } from "../recipes/recipe-tree";
import { durationText } from "../shared/duration";
import { lspRange } from "./text";

/** `runs`: those of this recipe, newest first. */
export function recipeLenses(document: TextDocument, runs: readonly RunEntry[]): CodeLens[] {
  const tree = recipeTree(document.getText());
  const stages = tree && findNodeAtLocation(tree, ["stages"]);
  if (stages?.type !== "array") return [];
  const range = (node: Node): CodeLens["range"] => lspRange(document, { offset: node.offset, length: 1 });
  const lens = (node: Node, title: string, command: string, ...args: unknown[]): CodeLens => ({
    range: range(node),
    command: { title, command, arguments: args },
  });
  const live = runs.find(({ record }) => isLive(record));
  const newest = runs[0];
  const key = stages.parent?.children?.[0] ?? stages;

  const pipeline: CodeLens[] = live
    ? [
        lens(key, `$(debug-stop) Stop (${progressText(live)})`, "reasoningLab.stopRun", live.folder),
        lens(key, "Open Live Curves", "reasoningLab.openCurves", live.folder),
      ]
    : [
        lens(key, "$(play) Run Pipeline", "reasoningLab.runPipeline", document.uri),
        ...(newest && isResumable(newest.record) && (newest.record?.stages.length ?? 0) > 1
          ? [lens(key, "$(debug-continue) Resume", "reasoningLab.resumeRun", newest.folder)]
          : []),
        ...(newest ? [lens(key, "Open Live Curves", "reasoningLab.openCurves", newest.folder)] : []),
      ];

  // What was trained is shown, not the evaluation of one of its checkpoints.
  const trained = runs.find(({ record }) => record?.stages.some(trains)) ?? newest;
  const shown = lens(key, "Show Pipeline", "reasoningLab.showPipeline", (live ?? trained)?.folder ?? document.uri);

  const each = (stages.children ?? []).flatMap((node) => {
    const value = (name: string): unknown => findNodeAtLocation(node, [name])?.value;
    const name = value("name") ?? value("kind");
    if (node.type !== "object" || typeof name !== "string") return [];
    const stageOf = (run: RunEntry): StageRecord | undefined => run.record?.stages.find((stage) => stage.name === name);
    const last = runs.find((run) => stageOf(run));
    const result = last && resultText(stageOf(last)!);
    const results = result ? [lens(node, result, "reasoningLab.openTraces", last.folder, name)] : [];
    if (live?.progress?.stage === name) {
      return [lens(node, `$(sync~spin) Stop (${progressText(live)})`, "reasoningLab.stopRun", live.folder), ...results];
    }
    if (live) return results;
    const unfinished = runs.find((run) => isResumable(run.record) && isUnfinished(stageOf(run)));
    return [
      lens(node, "$(play) Run", "reasoningLab.runStage", document.uri, name),
      ...(unfinished && unfinished === last
        ? [lens(node, "$(debug-continue) Resume", "reasoningLab.resumeRun", unfinished.folder)]
        : []),
      ...results,
    ];
  });
  return [...pipeline, shown, ...each];
}

const isUnfinished = (stage: StageRecord | undefined): boolean =>
  stage !== undefined && stage.status !== "completed" && stage.status !== "pending";

/** `reasoning-rl 120/300 · 2 min left`. */
function progressText({ progress, record }: RunEntry): string {
  if (record?.status === "stopping") return "stopping";
  if (!progress) return "starting";
  const left = progress.secondsLeft;
  // Whole minutes: a lens that changes often cannot be clicked.
  const time = left === null ? "" : ` · ${durationText(left < 90 ? left : 60 * Math.round(left / 60))} left`;
  const doing = progress.phase === "training" ? "" : ` · ${progress.phase}`;
  return `${progress.stage} ${progress.step}/${progress.steps}${doing}${time}`;
}

/** What a stage changed; null without both ends. */
const resultText = (stage: StageRecord): string | null => (stage.before && stage.after ? heldOutText(stage) : null);
