/** Moving through the steps that hold rollouts. */
import { rolloutPurposeSchema, type StepIndexEntry } from "../../server/protocol/traces";

export type Purpose = StepIndexEntry["purpose"];

/** The step whose rollouts are shown. */
export interface Position {
  readonly stage: string;
  readonly step: number;
  readonly purpose: Purpose;
}

/** Stages with rollouts: in the order of the run's stages, others after them. */
export function stagesOf(index: readonly StepIndexEntry[], order: readonly string[]): string[] {
  const present = new Set(index.map((entry) => entry.stage));
  return [...order.filter((stage) => present.has(stage)), ...[...present].filter((stage) => !order.includes(stage))];
}

export function purposesOf(index: readonly StepIndexEntry[], stage: string): Purpose[] {
  const present = new Set(index.filter((entry) => entry.stage === stage).map((entry) => entry.purpose));
  return rolloutPurposeSchema.options.filter((purpose) => present.has(purpose));
}

/** Steps of a stage that hold rollouts of this purpose, rising. */
export function stepsOf(index: readonly StepIndexEntry[], stage: string, purpose: Purpose): number[] {
  return index
    .filter((entry) => entry.stage === stage && entry.purpose === purpose)
    .map((entry) => entry.step)
    .sort((left, right) => left - right);
}

/** The element of `steps` (rising) closest to `wanted`; of two equally close the earlier. */
export function nearestStep(steps: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const step of steps) if (best === null || Math.abs(step - wanted) < Math.abs(best - wanted)) best = step;
  return best;
}

export interface WantedPosition {
  readonly stage: string | null;
  readonly step: number | null;
  readonly purpose: Purpose | null;
}

/**
 * Where rollouts are, as close to the wanted place as there are any: the wanted stage, else the newest; the wanted purpose, else the one that has the
 * wanted step, training first; the wanted step, else the nearest; without a wanted step the newest. Null when nothing is recorded.
 */
export function resolvePosition(
  index: readonly StepIndexEntry[],
  order: readonly string[],
  wanted: WantedPosition,
): Position | null {
  const stages = stagesOf(index, order);
  const stage = wanted.stage !== null && stages.includes(wanted.stage) ? wanted.stage : stages.at(-1);
  if (stage === undefined) return null;
  const purposes = purposesOf(index, stage);
  const holding = purposes.find(
    (purpose) => wanted.step !== null && stepsOf(index, stage, purpose).includes(wanted.step),
  );
  const purpose = purposes.find((one) => one === wanted.purpose) ?? holding ?? purposes[0];
  if (purpose === undefined) return null;
  const steps = stepsOf(index, stage, purpose);
  const step = wanted.step === null ? steps.at(-1) : nearestStep(steps, wanted.step);
  return step === undefined || step === null ? null : { stage, step, purpose };
}
