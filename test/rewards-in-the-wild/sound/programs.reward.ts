// A program of the model, by the tests of its row; rows of the wild test have none, to which it does not apply.
import { verifyCode, type Reward } from "reasoning-lab";

export const passes: Reward = async ({ completion, row }) => {
  const { asserts } = row;
  if (!Array.isArray(asserts)) return null;
  const { score } = await verifyCode(completion, { asserts: asserts.map(String) });
  return score;
};
