/** Steps are made and nothing moves. */
import { t } from "../../shared/l10n";
import { stepsText, windowEvidence, type Rule } from "../rule";
import { newestRows } from "../window";

export const deadLearning: Rule = {
  id: "dead-learning",
  kind: "alarm",
  title: "Nothing is learned",
  when: "the learning rate is 0 in all rows, or the gradient is 0 in all rows although fewer than `{noSignal}` of the groups are without signal",
  thresholds: ["noSignal"],
  remedy:
    "Look at the schedule and the warm-up: a decay that has reached 0 trains no more. A gradient of 0 with rewards that differ means that the loss does not reach the weights: weights of rewards that cancel each other, a mask that leaves nothing, advantages of 0.",
  source: { title: "huggingface/trl#2703: why is the loss 0?", url: "https://github.com/huggingface/trl/issues/2703" },
  settings: ["learning_rate", "lr_scheduler_type", "min_lr_rate", "warmup_steps", "mask_truncated_completions"],
  look(stage, { window, noSignal }) {
    const rate = newestRows(stage.series("learning_rate"), window);
    if (rate && rate.most === 0)
      return {
        text: t("The learning rate was 0 in {0}: nothing is learned.", stepsText(rate)),
        evidence: [windowEvidence(stage, "learning_rate", rate, t("largest"), rate.most)],
      };
    const gradient = newestRows(stage.series("grad_norm"), window);
    if (gradient === null || gradient.most > 0) return null;
    const signal = newestRows(stage.series("frac_reward_zero_std"), window);
    if (signal && signal.mean >= noSignal) return null;
    return {
      text: t("The gradient was 0 in {0}: nothing is learned.", stepsText(gradient)),
      evidence: [windowEvidence(stage, "grad_norm", gradient, t("largest"), gradient.most)],
    };
  },
};
