import { repetitionPenalty, type Reward } from "reasoning-lab";

export const repeats: Reward = ({ completion }) => repetitionPenalty(completion);
