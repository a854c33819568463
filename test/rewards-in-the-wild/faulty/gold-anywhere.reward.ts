// Fault: the gold answer anywhere in the completion is right: the model lists everything.
// Source: https://github.com/huggingface/open-r1/issues/407
// Caught by: empty-includes, audit:enumerated, audit:gold-in-prose
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => (completion.includes(answer) ? 1 : 0);
