// Fault: the first box counts, also one in the middle of the thinking.
// Source: https://github.com/huggingface/open-r1/issues/407
// Caught by: audit:gold-in-prose
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) =>
  /\\boxed\{([^{}]*)\}/.exec(completion)?.[1] === answer ? 1 : 0;
