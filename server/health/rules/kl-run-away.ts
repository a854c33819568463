/** The policy leaves its reference faster and faster. By the median: one step with a wild estimate is none. */
import { t } from "../../shared/l10n";
import { numberText } from "../number-text";
import { stepsText, windowEvidence, type Rule } from "../rule";
import { newestRows } from "../window";

export const klRunAway: Rule = {
  id: "kl-run-away",
  kind: "alarm",
  title: "KL runs away",
  when: "the median KL to the reference is above `{kl}` nats per token, and `{klGrowth}` times what it was a window before",
  thresholds: ["kl", "klGrowth"],
  remedy:
    "Lower the learning rate, raise β or let it adapt to a target, and use the k3 estimator; look at the rollouts: a policy that drifts far has often found a fault of the reward.",
  source: { title: "Scaling Laws for Reward Model Overoptimization", url: "https://arxiv.org/abs/2210.10760" },
  settings: ["beta", "kl_target", "learning_rate", "kl_estimator", "sync_ref_model"],
  look(stage, { window, kl: limit, klGrowth }) {
    const kl = stage.series("kl");
    const [before, newest] = [newestRows(kl, window, 1), newestRows(kl, window)];
    if (before === null || newest === null) return null;
    if (newest.median <= limit || newest.median < klGrowth * before.median) return null;
    return {
      text: t(
        "KL to the reference is {0} nats per token (median of {1}); it was {2} a window before.",
        numberText(newest.median),
        stepsText(newest),
        numberText(before.median),
      ),
      evidence: [
        windowEvidence(stage, "kl", before, t("median before"), before.median),
        windowEvidence(stage, "kl", newest, t("median at the end"), newest.median),
      ],
    };
  },
};
