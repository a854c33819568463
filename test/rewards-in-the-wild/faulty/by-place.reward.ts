// Fault: ties go to whoever comes first in the group.
// Source: https://github.com/huggingface/trl/pull/5775
// Caught by: audit:depends-on-order
import { accuracy, type GroupReward } from "reasoning-lab";

export const ranked: GroupReward = ({ completions, answers }) =>
  completions.map((completion, index) => (accuracy(completion, answers[index] ?? "") ?? 0) - index / 100);
