// Fault: an expression with a repeat within a repeat froze all GPUs behind one slow compute_score.
// Source: https://github.com/verl-project/verl/pull/6673
// Caught by: slow-expression
import { type Reward } from "reasoning-lab";

export const listed: Reward = ({ completion }) => (/^(?:\s*[-*]?\s*\w+\s*)+$/.test(completion) ? 1 : 0);
