/** What a page says of a run beside its title: how far it is, why it ended. */
import { t } from "./l10n";
import type { RunEntry } from "../../server/protocol/editor";
import { drawingText } from "../../server/protocol/drawing";
import { endingText, isLive, type RunStatus } from "../../server/protocol/run";
import { kindOf, samplesTraining } from "../../server/protocol/stage-kinds";
import { durationText } from "../../server/shared/duration";
import { formatNumber } from "./format";

type RunStage = NonNullable<RunEntry["record"]>["stages"][number];

/** Stages that record rollouts: all but those of reward models, which answer nothing. */
export const recordsRollouts = (stage: RunStage): boolean => kindOf(stage).answers;

/** Stages that have answered training prompts, of which pairs to label are made. */
export const hasPairs = (stage: RunStage): boolean => stage.status !== "pending" && samplesTraining(stage);

/**
 * The run to show: the wanted one, else one that lives, else the newest. `fits`: runs with such a stage come first, for a page that would have
 * nothing to show of others.
 */
export function chooseRun(
  runs: readonly RunEntry[],
  wanted: string | null,
  fits: (stage: RunStage) => boolean = () => true,
): RunEntry | null {
  const readable = runs.filter(({ record }) => record !== null);
  const fitting = readable.filter(({ record }) => record!.stages.some(fits));
  const lives = ({ record }: RunEntry): boolean => isLive(record);
  return (
    runs.find((run) => run.folder === wanted) ??
    fitting.find(lives) ??
    fitting[0] ??
    readable.find(lives) ??
    readable[0] ??
    runs[0] ??
    null
  );
}

export interface RunHeadline {
  readonly status: RunStatus | "unreadable";
  /** `running · reasoning-rl 120/300 · 2 min left · reward 0.43` */
  readonly text: string;
  /** The run's own sentence about how it ended, or what is wrong with its folder. */
  readonly message: string | null;
}

const statusTexts: Readonly<Record<RunHeadline["status"], string>> = {
  running: t("running"),
  stopping: t("stopping"),
  completed: t("completed"),
  stopped: t("stopped"),
  paused: t("paused"),
  failed: t("failed"),
  interrupted: t("interrupted"),
  unreadable: t("unreadable"),
};

const phaseTexts: Readonly<Record<NonNullable<RunEntry["progress"]>["phase"], string>> = {
  preparing: t("preparing"),
  sampling: t("sampling"),
  evaluating: t("evaluating"),
  training: t("training"),
};

export function runHeadline(run: RunEntry): RunHeadline {
  if (run.record === null) return { status: "unreadable", text: statusTexts.unreadable, message: run.problem };
  const { status, stages } = run.record;
  const parts: string[] = [statusTexts[status]];
  const progress = isLive(run.record) ? run.progress : null;
  const stage = stages.findLast((one) => one.status !== "pending");
  if (progress !== null) {
    if (progress.phase !== "training") parts.push(phaseTexts[progress.phase]);
    parts.push(`${progress.stage} ${progress.step}/${progress.steps}`);
    if (progress.secondsLeft !== null) parts.push(t("{0} left", durationText(progress.secondsLeft)));
    if (progress.drawing) parts.push(drawingText(progress.drawing));
    if (progress.headline !== null) parts.push(`${progress.headline.name} ${formatNumber(progress.headline.value)}`);
  } else if (stage !== undefined) {
    parts.push(`${stage.name} ${stage.step}/${stage.steps}`);
  }
  return { status, text: parts.join(" · "), message: endingText(run.record) ?? run.problem };
}
