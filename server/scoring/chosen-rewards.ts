import { discoverRewards, type DiscoveredReward } from "../rewards/discover";
import { UserError } from "../shared/user-error";

/** Rewards of a file that are to score: one export, or with null all. Throws a UserError where the file cannot be used or has none. */
export function chosenRewards(file: string, name: string | null, source: string): readonly DiscoveredReward[] {
  const { rewards, problems } = discoverRewards(source);
  const [problem] = problems;
  if (problem) throw new UserError(`${file}:${problem.line}:${problem.column}: ${problem.message}`);
  if (name === null) {
    if (rewards.length > 0) return rewards;
    throw new UserError(`${file} exports no reward. Write: export const correct: Reward = …`);
  }
  const found = rewards.filter((reward) => reward.name === name);
  if (found.length > 0) return found;
  const known = rewards.map((reward) => reward.name).join(", ");
  throw new UserError(`${file} exports no reward ${name}.${known === "" ? "" : ` It exports ${known}.`}`);
}
