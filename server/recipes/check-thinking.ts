/** Budgets of thinking that cannot be kept. */
import { reasoningTokens } from "../shared/reasoning-tags";
import type { Finding } from "./finding";
import type { Recipe } from "./schema";

interface Settings {
  readonly max_completion_length: number;
  readonly thinking_token_budget?: number | undefined;
  readonly reasoning_end_str?: string | undefined;
}

export function* thinkingFindings({ stages, evaluation }: Recipe): Generator<Finding> {
  yield* findingsOf(["evaluation"], evaluation);
  for (const [index, stage] of stages.entries())
    if ("thinking_token_budget" in stage) yield* findingsOf(["stages", index], stage);
}

function* findingsOf(
  path: readonly (string | number)[],
  { max_completion_length, thinking_token_budget: budget, reasoning_end_str: end }: Settings,
): Generator<Finding> {
  if (budget !== undefined && budget >= max_completion_length)
    yield {
      path: [...path, "thinking_token_budget"],
      message: `It leaves no room for an answer: max_completion_length is ${max_completion_length}.`,
      severity: "error",
    };
  if (end === undefined) return;
  if (budget === undefined)
    yield {
      path: [...path, "reasoning_end_str"],
      message: "It has no effect without a thinking_token_budget.",
      severity: "warning",
    };
  if (!reasoningTokens(end).some(({ kind }) => kind === "close"))
    yield {
      path: [...path, "reasoning_end_str"],
      message: "It closes no thinking: put the closing tag into it, as </think>.",
      severity: "error",
    };
}
