// Shortens right answers within a group, as open-r1 does.
import { accuracy, length, type GroupReward } from "reasoning-lab";

export const short: GroupReward = ({ completions, answers, completionIds }) =>
  length(
    completionIds ?? completions,
    completions.map((completion, index) => accuracy(completion, answers[index] ?? "")),
  );
