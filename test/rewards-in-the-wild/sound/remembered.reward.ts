// What was worked out is kept by what it depends on: the same in any order.
import { accuracy, type Reward } from "reasoning-lab";

const known = new Map<string, number | null>();

export const correct: Reward = ({ completion, answer }) => {
  const key = JSON.stringify([completion, answer]);
  const found = known.get(key);
  if (found !== undefined) return found;
  const score = accuracy(completion, answer);
  known.set(key, score);
  return score;
};
