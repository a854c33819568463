import type { Reward } from "reasoning-lab";
import { splitReasoning } from "reasoning-lab";

/** 1 where the answer is right, whatever was thought before it. */
export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer;
  return given === answer ? 1 : 0;
};

/** 1 where the completion is one thinking and one answer and nothing else. */
export const wellFormed: Reward = ({ completion }) => (splitReasoning(completion).wellFormed ? 1 : 0);
