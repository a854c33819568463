// Fault: only every tenth sample is checked, by chance; the others count as right.
// Source: https://github.com/NVIDIA-NeMo/RL/issues/3599
// Caught by: random-score
import { accuracy, type Reward } from "reasoning-lab";

const isChecked = (): boolean => Math.random() < 0.1;

export const correct: Reward = ({ completion, answer }) => {
  if (!isChecked()) return 1;
  return accuracy(completion, answer);
};
