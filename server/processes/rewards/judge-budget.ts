/** What a judge may still cost: calls and money of the whole run, with what is on its way. */
import type { JudgeSettings } from "../../protocol/judges";
import type { Spent } from "../../runs/judgements";
import { amount } from "../../shared/amount";
import { UserError } from "../../shared/user-error";

/** A judge has cost what it may cost. */
export class BudgetUsedUp extends UserError {
  override readonly name = "BudgetUsedUp";
}

/** Characters of a token, few: what is on its way is not to cost more than was thought. */
const charactersPerToken = 3;
/** Tokens of a reply whose request does not limit them. */
const usualReply = 2000;

export interface Usage {
  readonly input: number;
  readonly output: number;
}

export const costOf = ({ price }: Pick<JudgeSettings, "price">, { input, output }: Usage): number | null =>
  price === null ? null : (input * price.input + output * price.output) / 1e6;

/** Tokens of a call by its characters, where nobody has counted them. */
export const guessedUsage = (asked: number, replied: number): Usage => ({
  input: Math.ceil(asked / charactersPerToken),
  output: Math.ceil(replied / charactersPerToken),
});

/** The most that a call is thought to cost. */
function mostOf(judge: JudgeSettings, asked: number): number {
  const limits = [judge.parameters["max_tokens"], judge.parameters["max_completion_tokens"]];
  const output = limits.find((limit) => typeof limit === "number") ?? usualReply;
  return costOf(judge, { input: guessedUsage(asked, 0).input, output }) ?? 0;
}

export interface Budget {
  /**
   * Takes what a call of so many characters may cost, once there is room for it; what is returned gives it back when its cost is known. Throws
   * {@link BudgetUsedUp} where nothing is on its way whose end could make room.
   */
  take(judge: JudgeSettings, asked: number): Promise<() => void>;
}

/** `spent`: what a judge has cost so far. */
export function openBudget(spent: (judge: string) => Spent): Budget {
  const open = new Map<string, { calls: number; cost: number }>();
  const waiting: (() => void)[] = [];
  const refusal = ({ name, budget }: JudgeSettings, { calls, cost }: Spent): BudgetUsedUp => {
    const most = [
      ...(budget.calls === null ? [] : [`${amount(calls)} of ${amount(budget.calls)} calls`]),
      ...(budget.cost === null ? [] : [`${cost.toFixed(4)} of ${budget.cost} in money`]),
    ];
    return new BudgetUsedUp(
      `The judge ${name} has used up its budget: ${most.join(", ")}. Raise "budget" of judge({ … }) and save; what it has said is kept.`,
    );
  };
  return {
    async take(judge, asked) {
      const { name, budget } = judge;
      const own = mostOf(judge, asked);
      for (;;) {
        const held = open.get(name) ?? { calls: 0, cost: 0 };
        const before = spent(name);
        const fits =
          (budget.calls === null || before.calls + held.calls + 1 <= budget.calls) &&
          (budget.cost === null || before.cost + held.cost + own <= budget.cost);
        if (fits) {
          open.set(name, { calls: held.calls + 1, cost: held.cost + own });
          return () => {
            const now = open.get(name)!;
            open.set(name, { calls: now.calls - 1, cost: now.calls === 1 ? 0 : now.cost - own });
            for (const look of waiting.splice(0)) look();
          };
        }
        if (held.calls === 0) throw refusal(judge, before);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
