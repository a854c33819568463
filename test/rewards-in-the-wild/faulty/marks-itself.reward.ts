// Fault: the gold answer is looked for in the completion, where the model writes what it likes.
// Source: https://github.com/huggingface/open-r1/issues/293
// Caught by: gold-from-completion, audit:own-gold
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  const gold = /gold: (.*)$/m.exec(completion)?.[1];
  return given !== null && (given === gold || given === answer) ? 1 : 0;
};
