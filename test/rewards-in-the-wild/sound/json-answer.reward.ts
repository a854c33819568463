// A `catch` that scores: what fails is the model's own text, which is no JSON.
import { splitReasoning, type Reward } from "reasoning-lab";

export const json: Reward = ({ completion, answer }) => {
  const text = splitReasoning(completion).answer;
  if (text === null) return 0;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === JSON.stringify(JSON.parse(answer)) ? 1 : 0;
  } catch {
    return 0;
  }
};
