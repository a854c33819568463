/** Curriculum by pass rate: prompts are drawn rather where the policy is right sometimes, which is where a group teaches something. */
import * as z from "zod";
import type { TaskRow } from "../../tasks/task";

/** Right completions of all, by difficulty, or by prompt where rows have none; older steps count less and less. */
export const passRatesSchema = z.record(z.string(), z.object({ right: z.number(), total: z.number() }));
export type PassRates = z.infer<typeof passRatesSchema>;

/** What a step still counts one step later. */
const memory = 0.9;
/** No difficulty is left out for good: a policy forgets. */
const least = 0.05;
/** So few samples, with what they still count, say nothing any more. */
const forgotten = 0.01;

const keyOf = ({ difficulty, prompt }: TaskRow): string => (difficulty === undefined ? prompt : String(difficulty));

/** The probability that a drawn row is taken: 4·p·(1 − p) of the pass rate p of its difficulty (its own where it has none), at least {@link least}; 1 of an unknown one. */
export const drawWeight =
  (rates: PassRates) =>
  (row: TaskRow): number => {
    const known = rates[keyOf(row)];
    if (!known || known.total === 0) return 1;
    const rate = known.right / known.total;
    return Math.max(least, 4 * rate * (1 - rate));
  };

/** After a step: `[samples]` rows with whether the completion was right; what was not judged says nothing. */
export function nextPassRates(
  rates: PassRates,
  samples: readonly { readonly row: TaskRow; readonly correct: boolean | null }[],
): PassRates {
  const next = new Map(
    Object.entries(rates)
      .map(([key, { right, total }]) => [key, { right: memory * right, total: memory * total }] as const)
      .filter(([, { total }]) => total >= forgotten),
  );
  for (const { row, correct } of samples) {
    if (correct === null) continue;
    const key = keyOf(row);
    const known = next.get(key) ?? { right: 0, total: 0 };
    next.set(key, { right: known.right + (correct ? 1 : 0), total: known.total + 1 });
  }
  return Object.fromEntries(next);
}
