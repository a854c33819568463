// Fault: an error of the verifier itself, a gold answer that it cannot read say, is scored as a wrong answer.
// Source: https://github.com/verl-project/verl/issues/4417
// Caught by: error-as-score
import { verifyMath, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  let score = 0;
  try {
    score = verifyMath(completion, answer).score ?? 0;
  } catch (error) {
    console.log(error);
    score = -1;
  }
  return score;
};
