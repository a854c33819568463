/** Entropy near 0 alone is what a sure and right policy has too: it is a failure where something was lost with it. */
import { t } from "../../shared/l10n";
import type { HealthEvidence } from "../../protocol/health";
import { fellHeldOut, passAtK } from "../held-out";
import { numberText, shareText } from "../number-text";
import { stepsText, windowEvidence, type Rule } from "../rule";
import type { StageNumbers } from "../stage-numbers";
import type { Thresholds } from "../thresholds";
import { firstRows, newestRows, rose, since } from "../window";
import { isSolved, signalOf } from "./no-signal";

/** What got worse meanwhile; null: nothing that the numbers show. */
function harm(
  stage: StageNumbers,
  thresholds: Thresholds,
): { readonly text: string; readonly evidence: readonly HealthEvidence[] } | null {
  const { window, weakSignal } = thresholds;
  for (const metric of [passAtK(stage), "eval/pass@1"]) {
    const fall = metric === null ? null : fellHeldOut(stage, metric, thresholds);
    if (fall) return fall;
  }
  const signal = signalOf(stage, window);
  if (signal && signal.none.mean >= weakSignal && isSolved(stage, signal, window) === false)
    return {
      text: t("{0} of the groups give no signal", shareText(signal.none.mean)),
      evidence: [windowEvidence(stage, "frac_reward_zero_std", signal.none, t("groups without signal, mean"))],
    };
  const rewards = since(stage.series("reward"), stage.rewardsSince);
  const [first, newest] = [firstRows(rewards, window), newestRows(rewards, window)];
  if (first === null || newest === null || !rose(newest, first)) return null;
  return {
    text: t("the reward fell from {0} to {1}", numberText(first.mean), numberText(newest.mean)),
    evidence: [
      windowEvidence(stage, "reward", first, t("mean at first")),
      windowEvidence(stage, "reward", newest, t("mean at the end")),
    ],
  };
}

export const entropyCollapse: Rule = {
  id: "entropy-collapse",
  kind: "alarm",
  title: "Entropy collapse",
  when:
    "the entropy is below `{entropyShare}` of what the stage began with, and something was lost: held-out pass@k or pass@1 fell " +
    "(by `{passDrop}` and two standard errors), the signal is weak (`{weakSignal}`) with most of it not solved, or the reward fell below where it began",
  thresholds: ["entropyShare", "passDrop", "weakSignal"],
  remedy:
    "Raise the upper clip (`epsilon_high` 0.28), add an entropy bonus with a target, sample at temperature 1, keep a KL to the reference, or lower the learning rate; go on from a " +
    "checkpoint before the collapse.",
  source: {
    title: "The Entropy Mechanism of RL for Reasoning Language Models",
    url: "https://arxiv.org/abs/2505.22617",
  },
  settings: ["epsilon_high", "use_adaptive_entropy", "entropy_target", "temperature", "beta", "learning_rate"],
  look(stage, thresholds) {
    const { window, entropyShare } = thresholds;
    const entropy = stage.series("entropy");
    const [first, newest] = [firstRows(entropy, window), newestRows(entropy, window)];
    if (first === null || newest === null || first.mean <= 0 || newest.mean >= entropyShare * first.mean) return null;
    const lost = harm(stage, thresholds);
    return (
      lost && {
        text: t(
          "Entropy fell from {0} to {1} nats per token ({2}), and {3}.",
          numberText(first.mean),
          numberText(newest.mean),
          stepsText(newest),
          lost.text,
        ),
        evidence: [
          windowEvidence(stage, "entropy", first, t("mean at first")),
          windowEvidence(stage, "entropy", newest, t("mean at the end")),
          ...lost.evidence,
        ],
      }
    );
  },
};
