// Fault: a component that is legitimate by itself decides every advantage.
// Source: https://github.com/jsboige/CoursIA/issues/4531
// Caught by: dominates-advantage, follows-length
import { splitReasoning, type Reward } from "reasoning-lab";

export const right: Reward = ({ completion, answer }) => (splitReasoning(completion).answer?.trim() === answer ? 1 : 0);

export const thorough: Reward = ({ completion }) => Math.min(1, completion.length / 400);
