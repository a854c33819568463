// Fault: the reward wants tags on lines of their own, which the task's own completions do not have: right answers get 0.
// Source: https://github.com/huggingface/open-r1/issues/235
// Caught by: audit:asked-form
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) =>
  completion.startsWith("<think>\n") && completion.endsWith(`<answer>\n${answer}\n</answer>`) ? 1 : 0;
