/** Curriculum by pass rate: prompts are drawn rather where the policy is right sometimes, which is where a group teaches something. */
import * as z from "zod";
import type { TaskRow } from "../tasks/task";

/** Right completions of all, by difficulty; older steps count less and less. */
export const passRatesSchema = z.record(z.string(), z.object({ right: z.number(), total: z.number() }));
export type PassRates = z.infer<typeof passRatesSchema>;

/** What a step still counts one step later. */
const memory = 0.9;
/** No difficulty is left out for good: a policy forgets. */
const least = 0.05;

/** The probability that a drawn row is taken: 4·p·(1 − p) of its difficulty's pass rate p, at least {@link least}; 1 of an unknown one. */
export const drawWeight =
  (rates: PassRates) =>
  ({ difficulty }: TaskRow): number => {
    const known = rates[String(difficulty)];
    if (!known || known.total === 0) return 1;
    const rate = known.right / known.total;
    return Math.max(least, 4 * rate * (1 - rate));
  };

/** After a step: `[samples]` rows with whether the completion was right. */
export function nextPassRates(
  rates: PassRates,
  samples: readonly { readonly row: TaskRow; readonly right: boolean }[],
): PassRates {
  const next = new Map(
    Object.entries(rates).map(([key, { right, total }]) => [key, { right: memory * right, total: memory * total }]),
  );
  for (const { row, right } of samples) {
    if (row.difficulty === undefined) continue;
    const key = String(row.difficulty);
    const known = next.get(key) ?? { right: 0, total: 0 };
    next.set(key, { right: known.right + (right ? 1 : 0), total: known.total + 1 });
  }
  return Object.fromEntries(next);
}
