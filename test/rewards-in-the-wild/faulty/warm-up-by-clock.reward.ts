// Fault: a bonus that fades with the time since the file was loaded: a resume begins anew.
// Source: https://github.com/tenstorrent/tt-metal/issues/47949
// Caught by: clock-score
import { accuracy, format, type Reward } from "reasoning-lab";

const started = Date.now();

export const shaped: Reward = ({ completion, answer }) => {
  const fade = Math.max(0, 1 - (Date.now() - started) / 600_000);
  return (accuracy(completion, answer) ?? 0) + fade * format(completion, "soft");
};
