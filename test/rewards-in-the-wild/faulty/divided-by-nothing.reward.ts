// Fault: a completion without steps is divided by 0: NaN reaches the loss, which then crashes.
// Source: https://github.com/huggingface/trl/issues/6166
// Caught by: may-return-nan
import { type Reward } from "reasoning-lab";

export const steps: Reward = ({ completion }) => {
  const found = completion.match(/^Step \d+: .*$/gm) ?? [];
  const good = found.filter((step) => step.includes("=")).length;
  return good / found.length;
};
