/** A rule: a known failure, how the numbers of a stage show it, and what to do. */
import { t } from "../shared/l10n";
import type { HealthEvidence, HealthNote } from "../protocol/health";
import type { StageNumbers } from "./stage-numbers";
import type { ThresholdName, Thresholds } from "./thresholds";
import type { Window } from "./window";

/** What a rule may know beside the numbers. */
export interface StageSetting {
  /** Weights of the recipe's reward functions, by the names of their metrics; those that are not named have 1. */
  readonly weights: ReadonlyMap<string, number>;
}

export interface Found {
  /** A sentence or two, with numbers. */
  readonly text: string;
  readonly evidence: readonly HealthEvidence[];
  /** The rollouts that show it. Unset: numbers alone do. */
  readonly traces?: NonNullable<HealthNote["traces"]>;
}

export interface Rule {
  readonly id: string;
  readonly kind: HealthNote["kind"];
  readonly title: string;
  /** When it speaks, for the documentation; `{name}` stands for a threshold. */
  readonly when: string;
  readonly thresholds: readonly ThresholdName[];
  readonly remedy: string;
  readonly source: HealthNote["source"];
  /** Settings of a stage, or of the recipe. */
  readonly settings: readonly string[];
  /** Null: its condition does not hold, or the numbers do not say. */
  readonly look: (stage: StageNumbers, thresholds: Thresholds, setting: StageSetting) => Found | null;
}

/** Evidence from a window: the number, at its last step. */
export const windowEvidence = (
  stage: StageNumbers,
  metric: string,
  window: Window,
  what: string,
  value: number = window.mean,
): HealthEvidence => ({ metric, what, stage: stage.name, step: window.lastStep, value });

/** Rollouts of the steps of a window: `where` is a condition of the filter line of the traces. */
export const tracesOf = ({ firstStep, lastStep }: Window, where: string): NonNullable<HealthNote["traces"]> => ({
  step: lastStep,
  where: `step >= ${firstStep} and step <= ${lastStep} and ${where}`,
});

/** `the last 20 steps` or, where rows are means of several steps, `steps 180 to 200`. */
export const stepsText = ({ values, firstStep, lastStep }: Window): string =>
  lastStep - firstStep === values.length - 1
    ? t("the last {0} steps", values.length)
    : t("steps {0} to {1}", firstStep, lastStep);
