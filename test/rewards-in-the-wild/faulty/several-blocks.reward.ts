// Fault: several blocks of thinking and answer still score the full format.
// Source: https://github.com/huggingface/open-r1/issues/359
// Caught by: audit:repeated-blocks
import { type Reward } from "reasoning-lab";

export const formed: Reward = ({ completion }) => {
  const start = completion.indexOf("<think>");
  const end = completion.lastIndexOf("</answer>");
  const tags = ["</think>", "<answer>"].every((tag) => completion.indexOf(tag) > start);
  return start === 0 && tags && end === completion.length - "</answer>".length ? 1 : 0;
};
