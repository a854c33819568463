// Fault: two rewards that differ within groups and cancel in their sum: std 5 for each, 0 for both, loss 0.
// Source: https://github.com/huggingface/trl/issues/3857
// Caught by: rewards-cancel
import { splitReasoning, type Reward } from "reasoning-lab";

const isRight = (completion: string, answer: string): boolean => splitReasoning(completion).answer?.trim() === answer;

export const right: Reward = ({ completion, answer }) => (isRight(completion, answer) ? 1 : 0);

export const modest: Reward = ({ completion, answer }) => (isRight(completion, answer) ? 0 : 1);
