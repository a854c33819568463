// Fault: ported from TRL, where rewards get lists: a list comes back for one sample.
// Source: https://github.com/huggingface/trl/issues/6533
// Caught by: sample-reward-returns-list
import { type Reward } from "reasoning-lab";

export const correct = (({ completion, answer }) =>
  [completion].map((text) => (text.endsWith(`<answer>${answer}</answer>`) ? 1 : 0))) as unknown as Reward;
