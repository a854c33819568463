// Fault: parseInt reads as far as it can: "4 or 5" is 4.
// Source: https://github.com/huggingface/open-r1/issues/407
// Caught by: audit:hedged
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = parseInt(splitReasoning(completion).answer ?? "", 10);
  return Number.isFinite(given) && given === parseInt(answer, 10) ? 1 : 0;
};
