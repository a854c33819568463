/** Runs a reward under the debugger. */
import type { RewardLensSource } from "./reward-lens";

export const debuggingLens: RewardLensSource = {
  id: "debug",
  offered: () => true,
  command: ({ uri, name }) => ({
    title: "$(debug-alt) Debug",
    command: "reasoningLab.debugReward",
    arguments: [uri, name],
  }),
};
