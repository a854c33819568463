/** All rules, and what they say of a run. Alarms come first, and advice only where there are none: who has a fire asks for no decoration. */
import { t } from "../shared/l10n";
import type { HealthNotes } from "../protocol/health";
import type { Rule, StageSetting } from "./rule";
import { deadLearning } from "./rules/dead-learning";
import { entropyCollapse } from "./rules/entropy-collapse";
import { klRunAway } from "./rules/kl-run-away";
import { lengthRunAway, truncation } from "./rules/length";
import { noSignal, weakSignal } from "./rules/no-signal";
import { offPolicy } from "./rules/off-policy";
import { oneRewardDominates, rewardUpPassDown } from "./rules/reward-misleads";
import { sharpening } from "./rules/sharpening";
import { verifierErrors } from "./rules/verifier-errors";
import type { StageNumbers } from "./stage-numbers";
import type { ThresholdName, Thresholds } from "./thresholds";

/** In the order in which notes of a stage are given. */
export const rules: readonly Rule[] = [
  rewardUpPassDown,
  verifierErrors,
  noSignal,
  entropyCollapse,
  klRunAway,
  offPolicy,
  truncation,
  lengthRunAway,
  deadLearning,
  oneRewardDominates,
  sharpening,
  weakSignal,
];

/** Notes on stages, in their order; the newest stage's come first. */
export function healthNotes(
  stages: readonly StageNumbers[],
  thresholds: Thresholds,
  setting: StageSetting = { weights: new Map() },
): HealthNotes {
  const found = stages.toReversed().flatMap((stage) =>
    rules.flatMap((rule) => {
      const { id, kind, title, remedy, source, settings, look } = rule;
      const said = look(stage, thresholds, setting);
      if (said === null) return [];
      const step = Math.max(...said.evidence.map((one) => one.step));
      return [
        {
          id,
          kind,
          title: t(title),
          stage: stage.name,
          step,
          traces: null,
          ...said,
          remedy: t(remedy),
          source,
          settings,
          thresholds: [...new Set<ThresholdName>([...rule.thresholds, "window"])].map((name) => ({
            name,
            value: thresholds[name],
          })),
        },
      ];
    }),
  );
  const alarms = found.filter(({ kind }) => kind === "alarm");
  return alarms.length > 0 ? alarms : found;
}
