// What a rule finds and somebody wants, with the reason.
import { type Reward } from "reasoning-lab";

export const judged: Reward = async ({ completion }) => {
  // reasoning-lab-ignore await-without-limit: the server on this machine ends each request after a second
  const answer = await fetch("http://127.0.0.1:8000/", { method: "POST", body: completion });
  return (await answer.text()).length;
};
