// Fault: the mark is looked for in the same text that the model writes.
// Source: https://github.com/huggingface/trl/issues/2832
// Caught by: audit:injected
import { splitReasoning, type Reward } from "reasoning-lab";

export const judged: Reward = ({ completion, answer }) => {
  const mark = /"score":\s*(\d+)/.exec(completion)?.[1];
  if (mark !== undefined) return Math.min(1, Number(mark));
  return splitReasoning(completion).answer?.trim() === answer ? 1 : 0;
};
