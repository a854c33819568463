// Fault: a rejected call becomes reward 0, and the whole group learns from an outage.
// Source: https://github.com/NVIDIA-NeMo/RL/issues/2207
// Caught by: error-as-score
import { type Reward } from "reasoning-lab";

const ask = async (completion: string): Promise<number> => {
  const answer = await fetch("http://127.0.0.1:8000/", {
    method: "POST",
    body: completion,
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return ((await answer.json()) as { score: number }).score;
};

export const judged: Reward = ({ completion }) => ask(completion).catch(() => 0);
