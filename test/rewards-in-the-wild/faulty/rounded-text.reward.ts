// Fault: a rounded score is text.
// Source: https://github.com/hiyouga/EasyR1/issues/338
// Caught by: may-return-string
import { type Reward } from "reasoning-lab";

export const brief = (({ completion }) => Math.max(0, 1 - completion.length / 2000).toFixed(3)) as unknown as Reward;
