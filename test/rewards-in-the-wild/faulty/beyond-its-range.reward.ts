// Fault: a bonus leaves the range that the reward's comment, and the weights of the recipe, count on.
// Source: https://github.com/huggingface/trl/issues/2832
// Caught by: out-of-range
import { splitReasoning, type Reward } from "reasoning-lab";

/**
 * Right and brief.
 * @range [0, 1]
 */
export const correct: Reward = ({ completion, answer }) => {
  if (splitReasoning(completion).answer !== answer) return 0;
  return completion.length < 100 ? 1.5 : 1;
};
