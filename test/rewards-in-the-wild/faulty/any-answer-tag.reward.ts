// Fault: any of several answers may be the right one.
// Source: https://github.com/huggingface/open-r1/issues/359
// Caught by: audit:repeated-answers
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = [...completion.matchAll(/<answer>([^<]*)<\/answer>/g)].map(([, text]) => text?.trim());
  return given.some((text) => text === answer) ? 1 : 0;
};
