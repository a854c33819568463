/** Completions that grow while nothing gets better, and completions that are cut off. Growth alone is what learning to think looks like. */
import { t } from "../../shared/l10n";
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
          text: t(
            "held-out pass@1 went from {0} to {1}",
            numberText(passed.first.value),
            numberText(passed.newest.value),
          ),
          evidence: passed.evidence,
        };
  const rewards = since(stage.series("reward"), stage.rewardsSince);
  const [first, newest] = [firstRows(rewards, rows), newestRows(rewards, rows)];
  if (first === null || newest === null || newest.mean > first.mean) return null;
  return {
    text: t("the reward went from {0} to {1}", numberText(first.mean), numberText(newest.mean)),
    evidence: [
      windowEvidence(stage, "reward", first, t("mean at first")),
      windowEvidence(stage, "reward", newest, t("mean at the end")),
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
        text: t(
          "Completions grew from {0} to {1} tokens ({2}), while {3}.",
          numberText(first.mean),
          numberText(newest.mean),
          stepsText(newest),
          nothing.text,
        ),
        evidence: [
          windowEvidence(stage, lengths, first, t("mean at first")),
          windowEvidence(stage, lengths, newest, t("mean at the end")),
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
      text: t(
        "{0} of the completions of {1} were cut off at their longest length; a window before it was {2}.",
        shareText(newest.mean),
        stepsText(newest),
        shareText(before.mean),
      ),
      evidence: [
        windowEvidence(stage, cut, before, t("share before")),
        windowEvidence(stage, cut, newest, t("share at the end")),
      ],
      traces: tracesOf(newest, "truncated"),
    };
  },
};
