/** The policy gets surer of what it could do already, and loses what it did seldom. */
import { t } from "../../shared/l10n";
import { fellHeldOut, heldOutChange, passAtK } from "../held-out";
import { numberText } from "../number-text";
import type { Rule } from "../rule";

export const sharpening: Rule = {
  id: "sharpening",
  kind: "advice",
  title: "pass@1 rises and pass@k falls",
  when: "held-out pass@1 is above where the stage began, and pass@k of the largest k fell from its best by `{passDrop}` and two standard errors",
  thresholds: ["passDrop"],
  remedy:
    "Train for pass@k (`advantage_estimator: pass_at_k`), keep the entropy up, or stop earlier; more steps select among what the policy can do, and new abilities need other examples.",
  source: {
    title: "Does RL Really Incentivize Reasoning Capacity Beyond the Base Model?",
    url: "https://arxiv.org/abs/2504.13837",
  },
  settings: ["advantage_estimator", "epsilon_high", "entropy_target", "steps"],
  look(stage, thresholds) {
    const metric = passAtK(stage);
    const passed = heldOutChange(stage, "eval/pass@1");
    const fall = metric === null ? null : fellHeldOut(stage, metric, thresholds);
    if (passed === null || fall === null || passed.newest.value <= passed.first.value) return null;
    return {
      text: t(
        "Held-out pass@1 rose from {0} to {1}, while {2}.",
        numberText(passed.first.value),
        numberText(passed.newest.value),
        fall.text,
      ),
      evidence: [...passed.evidence, ...fall.evidence],
    };
  },
};
