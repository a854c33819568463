// A judge: each call has a limit, it is asked three times at most, and what fails throws.
import { type Reward } from "reasoning-lab";

async function ask(completion: string): Promise<number | null> {
  const answer = await fetch("http://127.0.0.1:8000/judge", {
    method: "POST",
    body: completion,
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 429) return null;
  if (!answer.ok) throw new Error(`The judge said ${answer.status}.`);
  const { score } = (await answer.json()) as { score: number };
  return score;
}

export const judged: Reward = async ({ completion }) => {
  for (let tries = 0; tries < 3; tries++) {
    const score = await ask(completion);
    if (score !== null) return score;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1000);
    });
  }
  throw new Error("The judge is busy.");
};
