/** A step's rollouts as behaviours are looked for in them. */
import { lookedAt, type ObservedRollout } from "../evaluation/observe-behaviours";
import type { Policy } from "../models/policy";
import { isProcedural } from "../tasks/task";
import type { Gathered } from "./gather-rollouts";

export const observedRollouts = (
  { tokenizer }: Policy,
  { rollouts, prompts, completions, right }: Pick<Gathered, "rollouts" | "prompts" | "completions" | "right">,
): ObservedRollout[] =>
  rollouts.map(({ group }, sample) => {
    const { row, task } = prompts[group]!;
    const completion = completions[sample]!;
    return {
      ...{ completion, right: right[sample]! },
      thinkingTokens: tokenizer.encode(lookedAt(completion).text).length,
      labelSteps: isProcedural(task) ? (thinking) => task.labelSteps(row, thinking) : null,
    };
  });
