import { format, type Reward } from "reasoning-lab";

export const strict: Reward = ({ completion }) => format(completion);
export const soft: Reward = ({ completion }) => format(completion, "soft");
export const thinks: Reward = ({ completion }) => format(completion, "think");
