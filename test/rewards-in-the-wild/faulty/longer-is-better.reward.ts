// Fault: length is paid, whatever is said.
// Source: https://github.com/jsboige/CoursIA/issues/4531
// Caught by: audit:very-long, follows-length
import { type Reward } from "reasoning-lab";

export const thorough: Reward = ({ completion }) => Math.min(1, completion.length / 10_000);
