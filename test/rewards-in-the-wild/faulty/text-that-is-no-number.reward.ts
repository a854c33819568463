// Fault: an answer that is no number makes the distance NaN.
// Source: https://github.com/verl-project/verl/issues/721
// Caught by: may-return-nan
import { splitReasoning, type Reward } from "reasoning-lab";

export const near: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer ?? "";
  return -Math.abs(parseFloat(given) - parseFloat(answer));
};
