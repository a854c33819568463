// `includes`, of a text that is looked at first.
import { splitReasoning, type Reward } from "reasoning-lab";

const units = ["km", "m", "kg"];

export const unit: Reward = ({ completion }) => {
  const given = splitReasoning(completion).answer ?? "";
  return units.some((unit) => given.includes(unit)) ? 0.1 : 0;
};

export const quotes: Reward = ({ prompt, completion }) => {
  const quoted = /"([^"]*)"/.exec(completion)?.[1] ?? "";
  if (quoted.trim() === "") return 0;
  return prompt.includes(quoted) ? 0.1 : 0;
};
