// Fault: answer and gold answer are exchanged, as in open-r1's length reward: the completion's own form decides what is compared.
// Source: https://github.com/huggingface/open-r1/blob/main/src/open_r1/rewards.py (len_reward)
// Caught by: gold-from-completion
import { accuracy, type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => accuracy(answer, completion);
