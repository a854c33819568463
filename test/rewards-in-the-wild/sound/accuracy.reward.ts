// The built-in verifier, as it is used most.
import { accuracy, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => accuracy(completion, answer);
