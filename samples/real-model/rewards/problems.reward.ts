import type { Reward } from "reasoning-lab";

/** 1 where the last number of the completion is the answer. A minus between two numbers is a sum's, before one alone it is a sign. */
export const correct: Reward = ({ completion, answer }) => {
  const numbers = completion.match(/(?<!\d\s*)-?\d+(?:\.\d+)?|\d+(?:\.\d+)?/g);
  return numbers?.at(-1) === answer ? 1 : 0;
};
