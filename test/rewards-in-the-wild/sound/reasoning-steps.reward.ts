import { reasoningSteps, type Reward } from "reasoning-lab";

export const steps: Reward = ({ completion }) => reasoningSteps(completion);
