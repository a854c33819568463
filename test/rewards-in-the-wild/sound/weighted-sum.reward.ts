// A sum in which being right counts most.
import { accuracy, format, type Reward } from "reasoning-lab";

export const total: Reward = ({ completion, answer }) => {
  const right = accuracy(completion, answer);
  return right === null ? null : right + 0.1 * format(completion, "soft");
};
