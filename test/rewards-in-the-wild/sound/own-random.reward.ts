// A function of its own that is called as one of Node's, and chance that follows from the row.
import { accuracy, seededRandom, type Reward } from "reasoning-lab";

const randomInt = (text: string): number => text.length % 7;

export const noisy: Reward = ({ completion, answer, row }) => {
  const right = accuracy(completion, answer);
  if (right === null) return null;
  // The same in each resume: half of the rows pay a little more.
  return right * (1 + (seededRandom(row) < 0.5 ? 0.1 : 0) + randomInt(answer) / 100);
};

/** Chance alone, the same in each resume, as a baseline that nothing can be learnt from. */
export const chance: Reward = ({ completion, row }) => seededRandom(row, completion);
