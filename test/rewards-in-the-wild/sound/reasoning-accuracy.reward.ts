import { reasoningAccuracy, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => reasoningAccuracy(completion, answer);
