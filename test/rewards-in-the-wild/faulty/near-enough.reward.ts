// Fault: a tolerance that is wider than the distance between answers.
// Source: https://github.com/huggingface/trl/issues/2832
// Caught by: audit:wrong-answer
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = Number(splitReasoning(completion).answer ?? "none");
  if (!Number.isFinite(given)) return 0;
  return Math.abs(given - Number(answer)) <= 1 ? 1 : 0;
};
