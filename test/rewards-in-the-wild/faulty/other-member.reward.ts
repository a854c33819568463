// Fault: a column of the data is read from the input instead of its row.
// Source: https://github.com/hiyouga/EasyR1/issues/338
// Caught by: unknown-input
import { accuracy, type Reward } from "reasoning-lab";

export const correct: Reward = (input) =>
  accuracy(input.completion, (input as unknown as { solution: string }).solution ?? (input as any).solution);

export const second: Reward = (input: any) => (input.response === input.answer ? 1 : 0);
