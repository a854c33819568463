import { accuracy, cosine, type Reward } from "reasoning-lab";

export const scaled: Reward = ({ completion, answer }) =>
  cosine(completion.length, accuracy(completion, answer), { max_len: 4000 });
