// Fault: a completion is worth less the second time, in whatever process it is scored: a re-score gives other numbers.
// Source: https://github.com/thinking-machines-lab/tinker-cookbook/issues/322
// Caught by: audit:not-repeatable
import { type Reward } from "reasoning-lab";

const seen = new Set<string>();

export const novel: Reward = ({ completion }) => {
  const isNew = !seen.has(completion);
  seen.add(completion);
  return isNew ? 1 : 0;
};
