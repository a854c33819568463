// Fault: one of the numbers in the completion is enough.
// Source: https://github.com/huggingface/open-r1/issues/407
// Caught by: audit:enumerated, audit:hedged
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const numbers = completion.match(/-?\d+(?:\.\d+)?/g) ?? [];
  return numbers.some((text) => Number(text) === Number(answer)) ? 1 : 0;
};
