/** Budgets of thinking that a model cannot keep, refused before the first stage begins. */
import { encodePrompt, type Policy } from "../models/policy";
import { thinkingEnd, type ThinkingBudget } from "../rollouts/thinking-budget";
import { messageOf, UserError } from "../shared/user-error";
import { heldOutRowsUpTo } from "../tasks/splits";
import type { StageContext } from "./context";

/** Throws a UserError that names the setting. */
export function refuseThinkingBudgets({ recipe, task }: Pick<StageContext, "recipe" | "task">, policy: Policy): void {
  const all: (readonly [place: string, settings: ThinkingBudget])[] = [
    ["evaluation", recipe.evaluation],
    ...recipe.stages.flatMap((stage) =>
      "thinking_token_budget" in stage ? [[`stage ${stage.name}`, stage] as const] : [],
    ),
  ];
  const asked = all.filter(([, { thinking_token_budget }]) => thinking_token_budget !== undefined);
  if (asked.length === 0) return;
  const [row] = heldOutRowsUpTo(task, recipe.seed, 1);
  const prompt = row ? encodePrompt(policy, row) : [];
  for (const [place, settings] of asked)
    try {
      thinkingEnd(policy.tokenizer, settings, prompt);
    } catch (error) {
      throw new UserError(`thinking_token_budget of ${place}: ${messageOf(error)}`, { cause: error });
    }
}
