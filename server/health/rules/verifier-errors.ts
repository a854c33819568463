/** Rewards that fail: what they say nothing of is left out, and the rest is another sample of rollouts than the policy made. */
import { plural, t } from "../../shared/l10n";
import { stepsText, tracesOf, windowEvidence, type Rule } from "../rule";
import { newestRows } from "../window";

const all = "verifier/errors";
const ofFunction = /^verifier\/(.+)\/errors$/;

/** Errors that are chance. */
const fewest = 3;

export const verifierErrors: Rule = {
  id: "verifier-errors",
  kind: "alarm",
  title: "Rewards fail",
  when: `at least \`{errorSteps}\` of the steps have reward errors (throws, time-outs, NaN, wrong counts), and there are at least ${fewest} of them`,
  thresholds: ["errorSteps"],
  remedy:
    "Open the error at its line in the reward, add the completion as a case, and mend it; where a time-out is too short for honest work, raise it. A failed verifier is never a score of 0 here, but its samples are missing.",
  source: {
    title: "NVIDIA-NeMo/RL#2207: a failed verifier became reward 0",
    url: "https://github.com/NVIDIA-NeMo/RL/pull/2207",
  },
  settings: ["rewards", "reward_timeout", "max_reward_errors"],
  look(stage, { window, errorSteps }) {
    const errors = newestRows(stage.series(all), window);
    if (errors === null || errors.sum < fewest) return null;
    const failing = errors.values.filter((count) => count > 0).length;
    if (failing < errorSteps * errors.values.length) return null;
    const inWindow = (metric: string): number => {
      const { steps, values } = stage.series(metric);
      return values.reduce((sum, value, at) => (steps[at]! >= errors.firstStep ? sum + value : sum), 0);
    };
    const functions = stage
      .metrics()
      .flatMap((metric) => {
        const name = ofFunction.exec(metric)?.[1];
        const count = name === undefined ? 0 : inWindow(metric);
        return name === undefined || count === 0 ? [] : [{ name, metric, count }];
      })
      .sort((a, b) => b.count - a.count);
    const by = functions.length === 0 ? "" : ` (${functions.map(({ name, count }) => `${name} ${count}`).join(", ")})`;
    return {
      text: t(
        "{0}{1} in {2} of {3}: their samples were left out.",
        plural(errors.sum, "reward error"),
        by,
        failing,
        stepsText(errors),
      ),
      evidence: [
        windowEvidence(stage, all, errors, t("errors in all"), errors.sum),
        ...functions
          .slice(0, 3)
          .map(({ name, metric, count }) => windowEvidence(stage, metric, errors, t("errors of {0}", name), count)),
      ],
      traces: tracesOf(errors, "error"),
    };
  },
};
