// Fault: a verifier that failed gives 0: "wrong" and "broken" look the same.
// Source: https://github.com/verl-project/verl-omni/pull/366
// Caught by: error-as-score
import { type Reward } from "reasoning-lab";

export const judged: Reward = async ({ completion }) => {
  try {
    const answer = await fetch("http://127.0.0.1:8000/judge", {
      method: "POST",
      body: completion,
      signal: AbortSignal.timeout(10_000),
    });
    const { score } = (await answer.json()) as { score: number };
    return score;
  } catch {
    return 0;
  }
};
