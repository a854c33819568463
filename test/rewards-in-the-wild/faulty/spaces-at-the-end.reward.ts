// Fault: white space before the end is looked for from each of its characters on.
// Source: https://github.com/NVIDIA-NeMo/Gym/pull/1354
// Caught by: slow-expression
import { type Reward } from "reasoning-lab";

export const lastLine: Reward = ({ completion, answer }) => {
  const lines = completion.replace(/\s+$/, "").split("\n");
  return lines.at(-1) === answer ? 1 : 0;
};
