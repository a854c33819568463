// Fault: Number("") is 0, so an empty answer is right wherever the gold answer is 0.
// Source: https://github.com/huggingface/open-r1/issues/503
// Caught by: audit:empty-answer
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = Number(splitReasoning(completion).answer ?? "none");
  return given === Number(answer) ? 1 : 0;
};
