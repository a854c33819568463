// Fault: form pays more than being right, so accuracy falls while format rises.
// Source: https://github.com/huggingface/open-r1/issues/255
// Caught by: audit:recipe/marks-only
import { reasoningSteps, splitReasoning, type Reward } from "reasoning-lab";

export const right: Reward = ({ completion, answer }) => (splitReasoning(completion).answer?.trim() === answer ? 1 : 0);

export const steps: Reward = ({ completion }) => reasoningSteps(completion, { style: "open-r1" });
