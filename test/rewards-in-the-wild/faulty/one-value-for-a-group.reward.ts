// Fault: one value for the whole group; TRL broadcast it to every completion in silence.
// Source: https://github.com/huggingface/trl/issues/6533
// Caught by: group-reward-wrong-count
import { type GroupReward } from "reasoning-lab";

export const share = (({ completions, answers }) => {
  const right = completions.filter((completion, index) => completion.endsWith(`<answer>${answers[index]}</answer>`));
  return right.length / completions.length;
}) as unknown as GroupReward;
