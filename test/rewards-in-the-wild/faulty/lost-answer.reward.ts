// Fault: one lost answer of a judge, and training hangs without a word.
// Source: https://github.com/verl-project/verl/issues/7155
// Caught by: await-without-limit
import { type Reward } from "reasoning-lab";

export const judged: Reward = async ({ completion }) => {
  const answer = await fetch("http://127.0.0.1:8000/judge", { method: "POST", body: completion });
  if (!answer.ok) throw new Error(`The judge said ${answer.status}.`);
  return ((await answer.json()) as { score: number }).score;
};
