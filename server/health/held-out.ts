/** Held-out results within a stage, and whether one of them fell by more than chance. */
import { t } from "../shared/l10n";
import type { HealthEvidence } from "../protocol/health";
import type { StageNumbers } from "./stage-numbers";
import type { Thresholds } from "./thresholds";
import { numberText } from "./number-text";

interface Result {
  readonly step: number;
  readonly value: number;
  /** Prompts that it rests on. */
  readonly prompts: number;
}

/** Evaluations of a metric that say how many prompts they rest on. */
function results(stage: StageNumbers, metric: string, from: number | null): Result[] {
  const { steps, values } = stage.series(metric);
  const prompts = stage.series("eval/prompts");
  // One that was made ahead of the first step of other rewards is where these begin.
  const first =
    from === null
      ? 0
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= from),
        );
  return steps.flatMap((step, at) => {
    const count = prompts.values[prompts.steps.indexOf(step)];
    return at < first || count === undefined || count <= 0 ? [] : [{ step, value: values[at]!, prompts: count }];
  });
}

/** Variance of a mean of shares over prompts, at its largest: samples of a prompt may all be the same. */
const variance = ({ value, prompts }: Result): number => Math.max(0, value * (1 - value)) / prompts;

const evidence = (stage: StageNumbers, metric: string, what: string, { step, value }: Result): HealthEvidence => ({
  metric,
  what,
  stage: stage.name,
  step,
  value,
});

export interface Fall {
  readonly best: Result;
  readonly newest: Result;
  /** `pass@1 fell from 0.62 at step 40 to 0.41 at step 100`. */
  readonly text: string;
  readonly evidence: readonly HealthEvidence[];
}

/**
 * A held-out result that is below its best by `passDrop` and by two standard errors, in the newest evaluation and, where there are more than two, in the
 * one before. The prompts of all are largely the same, so that chance is smaller than this assumes. Null: there are no two evaluations, or it did not fall.
 */
export function fellHeldOut(
  stage: StageNumbers,
  metric: string,
  { passDrop }: Thresholds,
  from: number | null = null,
): Fall | null {
  const all = results(stage, metric, from);
  const newest = all.at(-1);
  if (newest === undefined || all.length < 2) return null;
  const best = all.reduce((top, one) => (one.value > top.value ? one : top));
  const below = (one: Result): boolean =>
    best.value - one.value > Math.max(passDrop, 2 * Math.sqrt(variance(best) + variance(one)));
  const late = all.slice(all.length > 2 ? -2 : -1).filter((one) => one.step > best.step);
  if (late.length < Math.min(2, all.length - 1) || !late.every(below)) return null;
  const name = metric.slice("eval/".length);
  return {
    best,
    newest,
    text: t(
      "held-out {0} fell from {1} at step {2} to {3} at step {4}",
      name,
      numberText(best.value),
      best.step,
      numberText(newest.value),
      newest.step,
    ),
    evidence: [evidence(stage, metric, t("best"), best), evidence(stage, metric, t("newest"), newest)],
  };
}

export interface Change {
  readonly first: Result;
  readonly newest: Result;
  readonly evidence: readonly HealthEvidence[];
}

/** First and newest evaluation; null where there are no two. */
export function heldOutChange(stage: StageNumbers, metric: string, from: number | null = null): Change | null {
  const all = results(stage, metric, from);
  const [first] = all;
  const newest = all.at(-1);
  if (first === undefined || newest === undefined || all.length < 2) return null;
  return {
    first,
    newest,
    evidence: [evidence(stage, metric, t("first"), first), evidence(stage, metric, t("newest"), newest)],
  };
}

const passAt = /^eval\/pass@(\d+)$/;

/** The pass@k of the largest k above 1; null where there is none. */
export function passAtK(stage: StageNumbers): string | null {
  const found = stage
    .metrics()
    .flatMap((name) => {
      const k = Number(passAt.exec(name)?.[1] ?? 0);
      return k > 1 ? [{ name, k }] : [];
    })
    .sort((a, b) => b.k - a.k);
  return found[0]?.name ?? null;
}
