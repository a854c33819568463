// Fault: the form wants a tag that the chat template has begun already, on a line that no completion has: always 0.
// Source: https://github.com/huggingface/open-r1/issues/560
// Caught by: constant-in-groups
import { type Reward } from "reasoning-lab";

export const formed: Reward = ({ completion }) => (completion.startsWith("<think>\n<think>") ? 1 : 0);
