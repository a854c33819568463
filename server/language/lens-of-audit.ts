/** Attacks the rewards of the file, and shows what got paid. */
import type { RewardLensSource } from "./reward-lens";

export const auditLens: RewardLensSource = {
  id: "audit",
  offered: () => true,
  command: ({ uri }) => ({
    title: "$(shield) Audit",
    command: "reasoningLab.auditReward",
    arguments: [uri],
  }),
};
