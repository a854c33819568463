// Fault: three commas behind "First" are three steps of reasoning.
// Source: https://github.com/huggingface/open-r1/issues/407
// Caught by: audit:marks-only
import { reasoningSteps, type Reward } from "reasoning-lab";

export const steps: Reward = ({ completion }) => reasoningSteps(completion, { style: "open-r1" });
