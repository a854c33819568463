// A punishment: nothing is the most that it gives.
import { softOverlongPunishment, type Reward } from "reasoning-lab";

export const overlong: Reward = ({ completion, completionIds }) =>
  softOverlongPunishment(completionIds ?? completion.length, { max_completion_len: 4096, soft_punish_cache: 512 });
