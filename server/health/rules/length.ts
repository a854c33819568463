/** Completions that grow while nothing gets better, and completions that are cut off. Growth alone is what learning to think looks like. */
import { heldOutChange } from "../held-out";
import { numberText, shareText } from "../number-text";
import { stepsText, tracesOf, windowEvidence, type Rule } from "../rule";
import type { StageNumbers } from "../stage-numbers";
import { firstRows, newestRows, since } from "../window";

const lengths = "completions/mean_length";
const cut = "completions/clipped_ratio";

/** That nothing got better, with its numbers; null: something did, or nobody knows. */
function noGain(
  stage: StageNumbers,
  rows: number,
): Pick<NonNullable<ReturnType<Rule["look"]>>, "text" | "evidence"> | null {
  const passed = heldOutChange(stage, "eval/pass@1");
  if (passed)
    return passed.newest.value > passed.first.value
      ? null
      : {
          text: `held-out pass@1 went from ${numberText(passed.first.value)} to ${numberText(passed.newest.value)}`,
          evidence: passed.evidence,
        };
  const rewards = since(stage.series("reward"), stage.rewardsSince);
  const [first, newest] = [firstRows(rewards, rows), newestRows(rewards, rows)];
  if (first === null || newest === null || newest.mean > first.mean) return null;
  return {
    text: `the reward went from ${numberText(first.mean)} to ${numberText(newest.mean)}`,
    evidence: [
      windowEvidence(stage, "reward", first, "mean at first"),
      windowEvidence(stage, "reward", newest, "mean at the end"),
    ],
  };
}

export const lengthRunAway: Rule = {
  id: "length-run-away",
  kind: "alarm",
  title: "Length runs away",
  when: "completions are `{lengthFactor}` times as long as at the beginning of the stage, and held-out pass@1 (without evaluations: the reward) is not above where it began",
  thresholds: ["lengthFactor"],
  remedy:
    "Use a loss that does not favour long wrong answers (`dr_grpo`, `dapo`), a soft punishment of overlong completions, or a small reward for being short; check that no reward pays for length.",
  source: { title: "Understanding R1-Zero-Like Training (Dr. GRPO)", url: "https://arxiv.org/abs/2503.20783" },
  settings: ["loss_type", "scale_rewards", "soft_punish_cache", "max_completion_length", "rewards"],
  look(stage, { window, lengthFactor }) {
    const series = stage.series(lengths);
    const [first, newest] = [firstRows(series, window), newestRows(series, window)];
    if (first === null || newest === null || first.mean <= 0 || newest.mean < lengthFactor * first.mean) return null;
    const nothing = noGain(stage, window);
    return (
      nothing && {
        text: `Completions grew from ${numberText(first.mean)} to ${numberText(newest.mean)} tokens (${stepsText(newest)}), while ${nothing.text}.`,
        evidence: [
          windowEvidence(stage, lengths, first, "mean at first"),
          windowEvidence(stage, lengths, newest, "mean at the end"),
          ...nothing.evidence,
        ],
        traces: tracesOf(newest, `tokens >= ${Math.min(1e9, Math.round(newest.mean))}`),
      }
    );
  },
};

export const truncation: Rule = {
  id: "truncation",
  kind: "alarm",
  title: "Completions are cut off",
  when: "at least `{truncated}` of the completions reach their longest length, and not fewer than nine tenths of what it was a window before",
  thresholds: ["truncated"],
  remedy:
    "Raise `max_completion_length`, or leave cut-off completions out of the update or punish them softly: an answer that was cut off is scored as wrong, which teaches nothing about the thinking before it.",
  source: { title: "DAPO, section 3.4 (overlong reward shaping)", url: "https://arxiv.org/abs/2503.14476" },
  settings: ["max_completion_length", "mask_truncated_completions", "soft_punish_cache"],
  look(stage, { window, truncated }) {
    const series = stage.series(cut);
    const [before, newest] = [newestRows(series, window, 1), newestRows(series, window)];
    if (before === null || newest === null || newest.mean < truncated || newest.mean < 0.9 * before.mean) return null;
    return {
      text: `${shareText(newest.mean)} of the completions of ${stepsText(newest)} were cut off at their longest length; a window before it was ${shareText(before.mean)}.`,
      evidence: [
        windowEvidence(stage, cut, before, "share before"),
        windowEvidence(stage, cut, newest, "share at the end"),
      ],
      traces: tracesOf(newest, "truncated"),
    };
  },
};
