/** What runs and stages are called in lists and in the status bar. */
import { basename } from "node:path";
import type { RunEntry } from "../../server/protocol/editor";
import type { StageRecord } from "../../server/protocol/run";
import { stageMethod } from "../../server/protocol/stage-method";

/** `chain-sum, 24 Nov 10:42`. */
export function runTitle({ record, folder }: RunEntry): string {
  if (!record) return basename(folder);
  const started = new Date(record.created).toLocaleString(undefined, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${record.name}, ${started}`;
}

/** `pass@1 0.63 → 0.98 · pass@8 0.99 → 1.00`, always both, so that sharpening and new ability are told apart. Null without an evaluation. */
export function heldOutText({ before, after }: Pick<StageRecord, "before" | "after">, digits = 2): string | null {
  if (after === null) return null;
  const change = (of: "pass_at_1" | "pass_at_k"): string =>
    [...(before === null ? [] : [before[of]]), after[of]].map((value) => value.toFixed(digits)).join(" → ");
  return `pass@1 ${change("pass_at_1")} · pass@${after.samples} ${change("pass_at_k")}`;
}

/** Whether a run only measures: it has no curves. */
export const isEvaluation = ({ record }: RunEntry): boolean =>
  record !== null && record.stages.length > 0 && record.stages.every(({ kind }) => kind === "evaluation");

/** What is said of a run that ended without being done, and needs somebody. */
export function endText(entry: RunEntry): string {
  const text = `${runTitle(entry)}: ${entry.record?.message ?? entry.record?.status ?? ""}`;
  if (entry.goesOnWhenMended !== true) return text;
  return `${text.replace(/ Fix the reward and resume\.$/, "")} It goes on by itself with the next save of its reward that works.`;
}

/** `2 min 5 s`; seconds alone below a minute. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  if (minutes < 60) return `${minutes} min${whole % 60 === 0 || minutes >= 10 ? "" : ` ${whole % 60} s`}`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `v3 of sum.reward.ts does not compile: this run scores with v2`, a line for each file that is not what scores; why in `message`. */
export const outdatedRewards = ({ live }: RunEntry): { readonly text: string; readonly message: string }[] =>
  (live?.outdatedRewards ?? []).flatMap(({ file, version, refused }) =>
    refused === null
      ? []
      : [
          {
            text: `v${refused.version} of ${basename(file)} ${refused.fault}: this run scores with v${version}`,
            message: refused.message,
          },
        ],
  );

/** `v3 does not compile, scoring with v2`, of the first file that is not what scores; null: all are. */
export function outdatedText({ live }: RunEntry): string | null {
  const [first] = live?.outdatedRewards ?? [];
  return first?.refused ? `v${first.refused.version} ${first.refused.fault}, scoring with v${first.version}` : null;
}

/** Text of the status bar: `GRPO 120/300 · reward 0.43`. Null when no run is under way. */
export function statusText(entry: RunEntry): string | null {
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
      return stage?.kind === "evaluation" ? "evaluating" : `${method} ${progress.step}/${progress.steps} · evaluating`;
    case "training": {
      const headline = progress.headline ? ` · ${progress.headline.name} ${progress.headline.value.toFixed(2)}` : "";
      return `${method} ${progress.step}/${progress.steps}${headline}`;
    }
  }
}
