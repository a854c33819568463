// Compared as a whole, sign for sign.
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  return given?.trim() === answer ? 1 : 0;
};
