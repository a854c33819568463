// Fault: it waits for a promise that nobody keeps.
// Source: https://github.com/verl-project/verl/issues/7155
// Caught by: await-without-limit
import { type Reward } from "reasoning-lab";

export const patient: Reward = async ({ completion }) => {
  await new Promise(() => undefined);
  return completion.length > 0 ? 1 : 0;
};
