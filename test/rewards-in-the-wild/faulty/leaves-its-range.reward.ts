// Fault: a score that is declared to lie in [0, 1] grows with the length of the completion.
// Source: https://github.com/huggingface/trl/issues/2832
// Caught by: out-of-range
import { type Reward } from "reasoning-lab";

/** @range [0, 1] */
export const thorough: Reward = ({ completion }) => Math.sqrt(completion.length) / 12;
