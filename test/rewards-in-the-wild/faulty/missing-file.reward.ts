// Fault: a helper that stayed in another folder.
// Source: https://github.com/huggingface/open-r1/issues/215
// Caught by: missing-import
import { normalise } from "./normalise";
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => (normalise(completion) === normalise(answer) ? 1 : 0);
