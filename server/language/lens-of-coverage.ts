/** Counts what of a reward's source the newest stored rollouts run. */
import type { RewardLensSource } from "./reward-lens";

export const coverageLens: RewardLensSource = {
  id: "coverage",
  offered: ({ facts, name }) => facts.results.get(name)?.source === "rollouts",
  command: ({ uri, name }) => ({
    title: "$(run-coverage) Coverage",
    command: "reasoningLab.coverRollouts",
    arguments: [uri, name],
  }),
};
