/** The reward rises and what it stands for does not: it is being exploited, or one part of it drowns the others. */
import { t } from "../../shared/l10n";
import type { HealthEvidence } from "../../protocol/health";
import { fellHeldOut, heldOutChange } from "../held-out";
import { numberText, shareText } from "../number-text";
import { tracesOf, windowEvidence, type Rule, type StageSetting } from "../rule";
import type { StageNumbers } from "../stage-numbers";
import { firstRows, newestRows, rose, since, type Window } from "../window";

interface Gain {
  readonly name: string;
  readonly metric: string;
  /** Weighted. */
  readonly gain: number;
  readonly first: Window;
  readonly newest: Window;
}

const functionMean = /^rewards\/(.+)\/mean$/;

/** Weighted gains of the reward functions between the two ends, the largest first; null where they do not add up to the reward. */
function gains(stage: StageNumbers, { weights }: StageSetting, rows: number, from: number | null): Gain[] | null {
  const rewards = since(stage.series("reward"), from);
  const [first, newest] = [firstRows(rewards, rows), newestRows(rewards, rows)];
  if (first === null || newest === null) return null;
  const found = stage.metrics().flatMap((metric): Gain[] => {
    const name = functionMean.exec(metric)?.[1];
    if (name === undefined) return [];
    const series = since(stage.series(metric), from);
    const [begin, end] = [firstRows(series, rows), newestRows(series, rows)];
    const weight = weights.get(name) ?? 1;
    return begin && end ? [{ name, metric, gain: weight * (end.mean - begin.mean), first: begin, newest: end }] : [];
  });
  const weighted = (at: "first" | "newest"): number =>
    found.reduce((sum, one) => sum + (weights.get(one.name) ?? 1) * one[at].mean, 0);
  const close = (sum: number, reward: number): boolean => Math.abs(sum - reward) <= 0.05 * Math.abs(reward);
  if (!close(weighted("first"), first.mean) || !close(weighted("newest"), newest.mean)) return null;
  return found.sort((a, b) => b.gain - a.gain);
}

const rewardEvidence = (stage: StageNumbers, first: Window, newest: Window): HealthEvidence[] => [
  windowEvidence(stage, "reward", first, t("mean at first")),
  windowEvidence(stage, "reward", newest, t("mean at the end")),
];

export const rewardUpPassDown: Rule = {
  id: "reward-up-pass-down",
  kind: "alarm",
  title: "Reward up while pass@1 falls",
  when:
    "held-out pass@1 fell from its best by `{passDrop}` and two standard errors, in the newest two evaluations, and the reward has risen since then by two standard errors; " +
    "only evaluations under the rewards that score now count",
  thresholds: ["passDrop"],
  remedy:
    "Open the traces of the newest step, sort by reward and read what is paid for although it is wrong; save it as a reward case, mend the reward, and go on from the checkpoint with the best pass@1.",
  source: { title: "Scaling Laws for Reward Model Overoptimization", url: "https://arxiv.org/abs/2210.10760" },
  settings: ["rewards", "beta", "metric_for_best_model"],
  look(stage, thresholds, setting) {
    const { window } = thresholds;
    const fall = fellHeldOut(stage, "eval/pass@1", thresholds, stage.rewardsSince);
    if (fall === null) return null;
    const rewards = since(stage.series("reward"), Math.max(fall.best.step, stage.rewardsSince ?? fall.best.step));
    const [first, newest] = [firstRows(rewards, window), newestRows(rewards, window)];
    if (first === null || newest === null || !rose(first, newest)) return null;
    const top = gains(stage, setting, window, rewards.steps[0] ?? null)?.[0];
    const most = top && top.gain > 0 ? t(" Most of the rise is {0}'s.", top.name) : "";
    return {
      text: t(
        "The reward rose from {0} to {1}, while {2}.{3}",
        numberText(first.mean),
        numberText(newest.mean),
        fall.text,
        most,
      ),
      evidence: [
        ...rewardEvidence(stage, first, newest),
        ...fall.evidence,
        ...(most === "" || !top ? [] : [windowEvidence(stage, top.metric, top.newest, t("mean at the end"))]),
      ],
      traces: tracesOf(newest, "high and wrong"),
    };
  },
};

export const oneRewardDominates: Rule = {
  id: "one-reward-dominates",
  kind: "advice",
  title: "One reward makes all the gain",
  when: "of several reward functions whose weighted means add up to the reward, one made at least `{dominance}` of its gain, and held-out pass@1 is not above where it began",
  thresholds: ["dominance"],
  remedy:
    "Give the reward for being right the largest weight and what is easy to get (form, length) a small one, or normalise each reward by itself (GDPO's `normalize_then_sum`); check the cases of the one that gains.",
  source: {
    title: "huggingface/trl#2832: how to design and scale rewards",
    url: "https://github.com/huggingface/trl/issues/2832",
  },
  settings: ["rewards", "multi_objective_aggregation"],
  look(stage, { window, dominance }, setting) {
    const from = stage.rewardsSince;
    const passed = heldOutChange(stage, "eval/pass@1", from);
    const rewards = since(stage.series("reward"), from);
    const [first, newest] = [firstRows(rewards, window), newestRows(rewards, window)];
    if (first === null || newest === null || passed === null) return null;
    if (!rose(first, newest) || passed.newest.value > passed.first.value) return null;
    const found = gains(stage, setting, window, from);
    const [top, ...others] = found ?? [];
    const gain = newest.mean - first.mean;
    if (top === undefined || others.length === 0 || top.gain < dominance * gain) return null;
    return {
      text: t(
        "Of the reward's gain of {0}, {1} made {2}, while held-out pass@1 went from {3} to {4}.",
        numberText(gain),
        top.name,
        shareText(Math.min(1, top.gain / gain)),
        numberText(passed.first.value),
        numberText(passed.newest.value),
      ),
      evidence: [
        ...rewardEvidence(stage, first, newest),
        windowEvidence(stage, top.metric, top.first, t("mean at first")),
        windowEvidence(stage, top.metric, top.newest, t("mean at the end")),
        ...passed.evidence,
      ],
      traces: tracesOf(newest, "high and wrong"),
    };
  },
};
