// Expressions that repeat and do not take their steps back.
import { type Reward } from "reasoning-lab";

export const formed: Reward = ({ completion }) => {
  const tags = /^<think>[^<]+<\/think>\s*<answer>([^<]+)<\/answer>$/.test(completion);
  const numbered = completion.match(/^\d+\.\s/gm)?.length ?? 0;
  const sentences = completion.split(/[.!?]+/).length;
  return (tags ? 0.1 : 0) + Math.min(numbered, 3) * 0.01 + Math.min(sentences, 3) * 0.01;
};
