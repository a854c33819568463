/** What *Verify Text…* shows: the steps of a verdict, in lines to read. */
import { mathsRows } from "../inspection/maths-verdict";
import { named } from "../shared/unseen";
import type { MathVerdict } from "../verifiers/maths/verify-math";

const heading = (score: MathVerdict["score"]): string => {
  if (score === null) return "Not judged (null): the gold answer cannot be read";
  return score === 1 ? "Right (1)" : "Wrong (0)";
};

/** `text`: the completion; `gold`: the gold answer; `verdict`: what `verifyMath` says of them. */
export function verdictReport(text: string, gold: string, verdict: MathVerdict): string {
  const rows = mathsRows(text, gold, verdict);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const indented = (value: string): string => value.split("\n").join(`\n${" ".repeat(width)}`);
  const lines = rows.map(([name, value]) => name.padEnd(width) + indented(named(value)));
  return [heading(verdict.score), "", ...lines, ""].join("\n");
}
