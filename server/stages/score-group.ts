/** The message of a group for rewards, as every stage writes it. */
import type { ScoreGroup } from "../protocol/rewards";
import type { TaskRow } from "../tasks/task";

/** Samples of one prompt. `completions` as texts; `samples`: what a policy drew for them, in their order. */
export const scoreGroupOf = (
  row: TaskRow,
  completions: readonly string[],
  samples: readonly { readonly completion: ArrayLike<number> }[],
): ScoreGroup => ({
  prompt: row.prompt,
  answer: row.answer,
  completions: [...completions],
  completionIds: samples.map(({ completion }) => Array.from(completion)),
  row: { prompt: row.prompt, answer: row.answer, ...row.columns },
});
