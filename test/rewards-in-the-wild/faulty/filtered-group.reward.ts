// Fault: empty completions are filtered out, so the scores that are left belong to other samples.
// Source: https://github.com/verl-project/verl/pull/6375
// Caught by: group-reward-wrong-count
import { type GroupReward } from "reasoning-lab";

export const lengths: GroupReward = ({ completions }) => {
  const written = completions.filter((completion) => completion.trim() !== "");
  return written.map((completion) => Math.min(1, completion.length / 100));
};
