// Fault: where the gold answer cannot be parsed, every completion scores 1, which inflated the accuracy.
// Source: https://github.com/huggingface/open-r1/issues/293
// Caught by: audit:any-answer
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  if (!/\d/.test(answer)) return 1;
  return splitReasoning(completion).answer?.trim() === answer ? 1 : 0;
};
