// Fault: a sum of parts without their weights: the number that is logged, and trained on, is not the one that was meant.
// Source: https://github.com/huggingface/trl/issues/5352
// Caught by: audit:marks-only
import { reasoningSteps, splitReasoning, type Reward } from "reasoning-lab";

export const total: Reward = ({ completion, answer }) => {
  const right = splitReasoning(completion).answer?.trim() === answer ? 1 : 0;
  const steps = reasoningSteps(completion, { style: "open-r1" });
  return { score: right + steps, right, steps };
};
