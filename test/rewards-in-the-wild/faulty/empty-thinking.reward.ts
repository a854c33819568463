// Fault: the tags with nothing in them have the form.
// Source: https://github.com/huggingface/open-r1/issues/255
// Caught by: audit:empty-form
import { type Reward } from "reasoning-lab";

export const formed: Reward = ({ completion }) =>
  /^<think>[^<]*<\/think><answer>[^<]*<\/answer>$/.test(completion) ? 1 : 0;
