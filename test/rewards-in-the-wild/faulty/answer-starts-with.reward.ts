// Fault: the answer counts where the gold answer begins with it: one letter, or none, is enough.
// Source: https://github.com/Liuziyu77/Visual-RFT/issues/176
// Caught by: empty-includes, audit:empty-answer
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer?.trim() ?? "";
  return answer.toLowerCase().startsWith(given.toLowerCase()) ? 1 : 0;
};
