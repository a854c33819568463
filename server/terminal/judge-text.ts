/** What the judges of a run were asked, and what that cost. */
import { judgeTotals, type JudgeTotal } from "../runs/judgements";
import { amount } from "../shared/amount";
import { durationText } from "../shared/duration";
import { plural } from "../shared/plural";

const totalText = ([name, { calls, verdicts, input, output, cost, seconds }]: [string, JudgeTotal]): string =>
  [
    `Judge ${name}: ${plural(calls, "call")} for ${plural(verdicts, "verdict")}`,
    `${amount(input)} tokens in, ${amount(output)} out`,
    ...(cost === null ? [] : [`cost ${cost.toPrecision(3)}`]),
    `${durationText(seconds)} of waiting in all`,
  ].join(", ");

/** A line a judge; null: none was asked. */
export function judgeText(runFolder: string): string | null {
  const totals = Object.entries(judgeTotals(runFolder));
  return totals.length === 0 ? null : totals.map(totalText).join("\n");
}
