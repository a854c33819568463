// Fault: an empty answer is in every gold answer, so <answer></answer> is right.
// Source: https://github.com/Liuziyu77/Visual-RFT/issues/176
// Caught by: empty-includes, audit:empty-answer
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = /<answer>([\s\S]*?)<\/answer>/.exec(completion)?.[1]?.trim() ?? "";
  return given.includes(answer) || answer.includes(given) ? 1 : 0;
};
