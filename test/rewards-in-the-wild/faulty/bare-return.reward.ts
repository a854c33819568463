// Fault: an early return says nothing where it should say null or 0.
// Source: https://github.com/huggingface/trl/pull/5775
// Caught by: may-return-undefined
import { type Reward } from "reasoning-lab";

export const brief: Reward = ({ completion }) => {
  if (completion.length > 4000) return;
  return 1 - completion.length / 4000;
};
