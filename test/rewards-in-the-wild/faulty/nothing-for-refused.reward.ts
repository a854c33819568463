// Fault: a completion without an answer gets nothing at all, which trainers took for 0, or for NaN.
// Source: https://github.com/modelscope/ms-swift/issues/8123
// Caught by: may-return-undefined
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  if (given !== null) {
    return given === answer ? 1 : 0;
  }
};
