// Fault: everything but digits is taken away before it is compared: signs, and answers in words.
// Source: https://github.com/huggingface/open-r1/issues/86
// Caught by: audit:wrong-answer
import { splitReasoning, type Reward } from "reasoning-lab";

const digits = (text: string): string => text.replace(/\D/g, "");

export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  return given !== null && digits(given) === digits(answer) ? 1 : 0;
};
