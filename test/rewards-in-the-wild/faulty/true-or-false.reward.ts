// Fault: whether it is right, in place of a number.
// Source: https://github.com/hiyouga/EasyR1/issues/338
// Caught by: may-return-boolean
import { splitReasoning, type Reward } from "reasoning-lab";

export const correct = (({ completion, answer }) => splitReasoning(completion).answer === answer) as unknown as Reward;

export const halfway = (({ completion }) => completion.includes("</think>") && 0.5) as unknown as Reward;
