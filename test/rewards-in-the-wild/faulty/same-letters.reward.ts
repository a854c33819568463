// Fault: the same characters in any order are the same answer.
// Source: https://github.com/huggingface/trl/issues/2832
// Caught by: audit:wrong-answer
import { splitReasoning, type Reward } from "reasoning-lab";

const sorted = (text: string): string => Array.from(text.trim()).sort().join("");

export const correct: Reward = ({ completion, answer }) =>
  sorted(splitReasoning(completion).answer ?? "") === sorted(answer) ? 1 : 0;
