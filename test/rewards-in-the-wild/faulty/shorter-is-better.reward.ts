// Fault: shorter is better, so nothing is best: thinking shrinks to nothing.
// Source: https://github.com/Jiayi-Pan/TinyZero/issues/85
// Caught by: audit:empty
import { type Reward } from "reasoning-lab";

export const brief: Reward = ({ completion }) => Math.max(0, 1 - completion.length / 2000);
