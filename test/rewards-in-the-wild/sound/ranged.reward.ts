// A declared range that is kept.
import { splitReasoning, type Reward } from "reasoning-lab";

/** @range [-1, 1] */
export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  if (given === null) return -1;
  return given.trim() === answer ? 1 : -0.5;
};
