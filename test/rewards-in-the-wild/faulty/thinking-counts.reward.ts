// Fault: an answer in thinking that never ends is paid.
// Source: https://github.com/huggingface/open-r1/issues/560
// Caught by: audit:thinking-only
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const text = completion.replaceAll(/<\/?(?:think|answer)>/g, " ").trim();
  return text.split(/\s/).at(-1) === answer ? 1 : 0;
};
