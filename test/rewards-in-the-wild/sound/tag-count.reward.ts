import { tagCount, type Reward } from "reasoning-lab";

export const tags: Reward = ({ completion }) => tagCount(completion, { lines: false });
