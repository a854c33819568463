// Fault: the longest of no steps is -Infinity.
// Source: https://github.com/huggingface/trl/issues/6166
// Caught by: may-return-nan
import { type Reward } from "reasoning-lab";

export const longest: Reward = ({ completion }) => {
  const steps = completion.split("\n").filter((line) => line.startsWith("- "));
  return Math.max(...steps.map((step) => step.length)) / 100;
};
