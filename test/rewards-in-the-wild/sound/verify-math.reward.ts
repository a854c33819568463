// Named values beside the score.
import { verifyMath, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const verdict = verifyMath(completion, answer);
  return verdict.score === null ? null : { score: verdict.score, found: verdict.source ?? "nothing" };
};
