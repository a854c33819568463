/** Tries a reward on stored rollouts, or on its cases. */
import type { RewardLensSource } from "./reward-lens";

export const scoringLens: RewardLensSource = {
  id: "score",
  offered: () => true,
  command: ({ uri, name }) => ({
    title: "$(beaker) Score samples",
    command: "reasoningLab.scoreSamples",
    arguments: [uri, name],
  }),
};
