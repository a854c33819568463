// Fault: the first letter that was found may not be there.
// Source: https://github.com/huggingface/trl/pull/5775
// Caught by: may-return-undefined
import { type Reward } from "reasoning-lab";

export const rated: Reward = ({ completion }) => {
  const found = /rating: (\d)/.exec(completion)?.[1];
  return found === undefined ? undefined : Number(found) / 5;
};
