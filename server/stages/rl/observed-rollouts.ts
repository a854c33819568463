/** A step's rollouts as behaviours are looked for in them. */
import { lookedAt, type ObservedRollout } from "../../behaviours/observe-behaviours";
import type { Policy } from "../../models/policy";
import { isProcedural } from "../../tasks/task";
import type { ScoredRollouts } from "./generate-and-score";

export const observedRollouts = (
  { tokenizer }: Policy,
  { rollouts, prompts, completions, correct }: Pick<ScoredRollouts, "rollouts" | "prompts" | "completions" | "correct">,
): ObservedRollout[] =>
  rollouts.map(({ group }, sample) => {
    const { row, task } = prompts[group]!;
    const completion = completions[sample]!;
    return {
      completion,
      correct: correct[sample]!,
      thinkingTokens: tokenizer.encode(lookedAt(completion).text).length,
      labelSteps: isProcedural(task) ? (thinking) => task.labelSteps(row, thinking) : null,
    };
  });
