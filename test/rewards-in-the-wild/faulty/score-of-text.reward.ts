// Fault: the score in the details is the text of a number.
// Source: https://github.com/verl-project/verl/pull/7588
// Caught by: may-return-string
import { type Reward } from "reasoning-lab";

export const rated = (({ completion }) => ({
  score: `${completion.length > 0 ? 1 : 0}`,
  length: completion.length,
})) as unknown as Reward;
