/** What the edited reward makes of the newest step; opens its samples, old beside new. */
import type { BeforeAndAfter } from "../protocol/rescore";
import { plural } from "../shared/plural";
import type { RewardLensSource } from "./reward-lens";

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(2));

export const meansText = ({ old, new: next, rank }: BeforeAndAfter): string =>
  `${shown(old)} → ${shown(next)}${rank === null ? "" : ` · rank ${rank.toFixed(2)}`}`;

export const rescoringLens: RewardLensSource = {
  id: "rescored",
  offered: ({ name, facts }) => facts.rescored?.steps.some(({ rewards }) => name in rewards) ?? false,
  command({ name, facts }) {
    const [step] = facts.rescored?.steps ?? [];
    const means = step?.rewards[name];
    if (!facts.rescored || !step || !means) return { title: "", command: "" };
    const signs =
      step.signChanges === null || step.signChanges === 0
        ? []
        : [`${plural(step.signChanges, "sign")} of ${plural(step.samples, "advantage")} changed`];
    const errors = step.errors === 0 ? [] : [plural(step.errors, "error")];
    return {
      title: `$(history) Step ${step.step} re-scored: ${[meansText(means), ...signs, ...errors].join(" · ")}`,
      command: "reasoningLab.openRescoring",
      arguments: [facts.rescored.folder],
    };
  },
};
