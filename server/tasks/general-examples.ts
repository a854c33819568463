/** General examples that are mixed into a training set of reasoning. */
import { randomStream } from "../shared/random";
import { askedOf, type Answered } from "../protocol/conversation";
import { preferencePairs } from "./preference-pairs";
import { trainingRowsUpTo } from "./splits";
import { isProcedural, type Place, type Task } from "./task";

/** Shares of examples that are not as they should be: invented numbers, and the other faults. */
const flawed = { inventing: 0.5, other: 0.25 } as const;

/**
 * Up to `count` prompts with completions. Of the task `unanswerable` they are as they come, not curated: half of what cannot be answered is answered
 * with an invented number, and a quarter of the rest has a fault of form, needless steps or a needless refusal. That is what preference RL has to
 * mend. Other tasks give right completions, as many as they have prompts.
 */
export function generalExamples(
  task: Task,
  seed: number,
  stage: string,
  count: number,
): (Answered & { readonly place?: Place | undefined })[] {
  if (task.name !== "unanswerable" || !isProcedural(task)) {
    return trainingRowsUpTo(task, seed, `${stage} general`, count).map((row) => ({
      ...askedOf(row),
      place: row.place,
      turn: row.turn,
      completion: task.completion(row, "stepwise"),
    }));
  }
  return preferencePairs(task, seed, count).map(({ chosen, rejected, fault, ...pair }, index) => {
    const share = fault === "invented-number" ? flawed.inventing : flawed.other;
    const draw = randomStream(seed, "general examples", stage, index)();
    return { ...askedOf(pair), completion: draw < share ? rejected : chosen };
  });
}
