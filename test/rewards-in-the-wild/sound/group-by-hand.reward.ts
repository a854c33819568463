// A group reward that fills its list by hand, and is one of ranks: the same for the same samples in any order.
import { type GroupReward } from "reasoning-lab";

export const shorter: GroupReward = ({ completions }) => {
  const scores: number[] = [];
  for (const completion of completions) {
    const longer = completions.filter((other) => other.length > completion.length).length;
    scores.push(0.1 * (longer / completions.length));
  }
  return scores;
};
