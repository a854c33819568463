/** Numbers and names of stages, as cards, table and detail show them. */
import { t } from "../shared/l10n";
import { drawingText } from "../../server/protocol/drawing";
import type { PipelineStage, SourceRole } from "../../server/protocol/pipeline";
import type { EvaluationSummary, StageRecord } from "../../server/protocol/run";
import { trains } from "../../server/protocol/stage-kinds";
import type { TrainerProgress } from "../../server/protocol/trainer";
import { durationText } from "../../server/shared/duration";

export const roleNames: Readonly<Record<SourceRole, string>> = {
  start: t("starts from"),
  samples: t("samples"),
  reward: t("scored by"),
};

export const statusNames: Readonly<Record<StageRecord["status"], string>> = {
  pending: t("pending"),
  running: t("running"),
  completed: t("completed"),
  stopped: t("stopped"),
  failed: t("failed"),
};

/** Three decimals: what differs by sampling alone differs in the second. */
export const rate = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toFixed(3);

/** A sentence's first letter. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type IntervalName = "pass_at_1" | "pass_at_k" | "maj_at_k" | "greedy";

/** `[0.968, 0.982]`; null where there is none. */
export function intervalText(summary: EvaluationSummary | null, name: IntervalName): string | null {
  const interval = summary?.intervals[name];
  return interval ? `[${rate(interval[0])}, ${rate(interval[1])}]` : null;
}

/** What stands in place of the numbers of a stage that has none. */
export function statusText({ record }: PipelineStage, progress: TrainerProgress | null, hasRun: boolean): string {
  if (record === null) return hasRun ? t("not part of this run") : t("not run yet");
  if (record.status !== "running") return statusNames[record.status];
  if (progress === null) return `${record.step}/${record.steps}`;
  const { phase, step, steps, secondsLeft, drawing } = progress;
  const left = [
    ...(secondsLeft === null ? [] : [t("{0} left", durationText(secondsLeft))]),
    ...(drawing ? [drawingText(drawing)] : []),
  ];
  switch (phase) {
    case "preparing":
      return t("preparing");
    case "sampling":
      return [t("sampling, batch {0}/{1}", step, steps), ...left].join(" · ");
    case "evaluating":
      return [t("evaluating"), ...left].join(" · ");
    case "training":
      return [t("step {0}/{1}", step, steps), ...left].join(" · ");
  }
}

/** Share of a running stage that is done; null where it is not known. */
export function doneShare(stage: PipelineStage, progress: TrainerProgress | null): number | null {
  const { record } = stage;
  // An evaluation is one step, which says nothing of how far it is.
  if (record?.status !== "running" || !trains(stage)) return null;
  const { step, steps } = progress ?? record;
  return steps > 0 ? Math.min(1, step / steps) : null;
}
