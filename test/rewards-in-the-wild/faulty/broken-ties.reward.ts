// Fault: ties are broken by chance, so a resumed run is another run.
// Source: https://github.com/NVIDIA-NeMo/RL/issues/3599
// Caught by: random-score
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const right = splitReasoning(completion).answer === answer ? 1 : 0;
  return right + 0.01 * Math.random();
};
