// Fault: a gold solution without a box parses as empty text, which every completion includes.
// Source: https://github.com/huggingface/open-r1/issues/503
// Caught by: empty-includes
import { type Reward } from "reasoning-lab";

const boxed = (text: string): string => /\\boxed\{([^{}]*)\}/.exec(text)?.[1] ?? "";

export const correct: Reward = ({ completion, answer }) => {
  const gold = boxed(answer);
  return completion.includes(gold) ? 1 : 0;
};
