/** What is said of runs and their stages in messages and in the status bar. */
import { basename } from "node:path";
import type { RunEntry } from "../../server/protocol/editor";
import { drawingText } from "../../server/protocol/drawing";
import { endingText, type RunRecord } from "../../server/protocol/run";
import { runTitle } from "../../server/protocol/run-title";
import { trains } from "../../server/protocol/stage-kinds";
import { stageMethod } from "../../server/protocol/stage-method";

/** Whether a run only measures: it has no curves. */
export const isEvaluation = ({ record }: RunEntry): boolean =>
  record !== null && record.stages.length > 0 && !record.stages.some(trains);

/** What to do where somebody waits for the reward to be mended. */
const goesOnByItself = ({ advice, resumeWays }: RunRecord): string =>
  [
    ...(resumeWays.includes("skip-batch") && advice !== null ? [advice] : []),
    "It resumes by itself when you save a reward that works.",
  ].join(" ");

/** What is said of a run that ended without being done, and needs somebody. */
export function endText(entry: RunEntry): string {
  const { record } = entry;
  const ending = record && {
    message: record.message ?? record.status,
    advice: entry.goesOnWhenMended === true ? goesOnByItself(record) : record.advice,
  };
  return `${runTitle(entry)}: ${(ending && endingText(ending)) ?? ""}`;
}

/** `v3 of sum.reward.ts does not compile, so this run still scores with v2`, a line for each file that is not what scores; why in `message`. */
export const outdatedRewards = ({ live }: RunEntry): { readonly text: string; readonly message: string }[] =>
  (live?.outdatedRewards ?? []).map(({ file, version, refused }) => ({
    text: `v${refused.version} of ${basename(file)} ${refused.fault}, so this run still scores with v${version}`,
    message: refused.message,
  }));

/** `v3 does not compile, still scoring with v2`, of the first file that is not what scores; null: all are. */
export function outdatedText({ live }: RunEntry): string | null {
  const [first] = live?.outdatedRewards ?? [];
  return first ? `v${first.refused.version} ${first.refused.fault}, still scoring with v${first.version}` : null;
}

/** Text of the status bar: `GRPO 120/300 · reward 0.43`, and how far a long drawing is. Null when no run is under way. */
export function statusText(entry: RunEntry): string | null {
  const text = phaseText(entry);
  const drawing = entry.progress?.drawing;
  return text !== null && drawing ? `${text} · ${drawingText(drawing)}` : text;
}

function phaseText(entry: RunEntry): string | null {
  const { progress, record } = entry;
  if (!record || !progress) return null;
  const stage = record.stages.find(({ name }) => name === progress.stage);
  const method = stage ? stageMethod(record, stage) : progress.stage;
  switch (progress.phase) {
    case "preparing":
      return `${method} preparing`;
    case "sampling":
      return `${method} sampling${progress.headline ? ` · ${progress.headline.name} ${progress.headline.value.toFixed(0)}` : ""}`;
    case "evaluating":
      return stage && !trains(stage) ? "evaluating" : `${method} ${progress.step}/${progress.steps} · evaluating`;
    case "training": {
      const headline = progress.headline ? ` · ${progress.headline.name} ${progress.headline.value.toFixed(2)}` : "";
      return `${method} ${progress.step}/${progress.steps}${headline}`;
    }
  }
}
