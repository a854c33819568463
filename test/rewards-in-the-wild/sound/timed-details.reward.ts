// A clock beside the score: only a named value depends on it.
import { accuracy, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const started = performance.now();
  const score = accuracy(completion, answer);
  if (score === null) return null;
  return { score, milliseconds: performance.now() - started };
};
