// Fault: a job is asked for again and again, whatever becomes of it.
// Source: https://github.com/verl-project/verl/issues/7155
// Caught by: await-without-limit
import { type Reward } from "reasoning-lab";

export const graded: Reward = async ({ completion }) => {
  const id = completion.length;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:8000/jobs/${id}`, { signal: AbortSignal.timeout(5000) });
    const job = (await answer.json()) as { done: boolean; score: number };
    if (job.done) return job.score;
  }
};
