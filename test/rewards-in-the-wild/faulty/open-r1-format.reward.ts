// Fault: open-r1's own format_reward takes several blocks.
// Source: https://github.com/huggingface/open-r1/issues/359
// Caught by: audit:repeated-blocks
import { format, type Reward } from "reasoning-lab";

export const formed: Reward = ({ completion }) => format(completion, "open-r1");
