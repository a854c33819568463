/** Sentences on answers that an evaluation could not read: a pass@1 of 0 for that reason says nothing of the model. */
import type { EvaluationSummary } from "../protocol/run";
import type { Recipe } from "../recipes/schema";
import { amount } from "../shared/amount";
import { isProcedural, placeText, type Task, type TaskRow } from "../tasks/task";
import type { StageContext } from "./context";

/** Rows whose gold answer can be read: what the others' completions are cannot be said. */
export const judgeableRows = ({ byValue }: Task, rows: readonly TaskRow[]): readonly TaskRow[] =>
  byValue ? rows.filter(({ answer }) => byValue.problemOf(answer) === null) : rows;

/** `FILE:LINE: "…": why` of the first row whose gold answer cannot be read; null: all can. */
export function firstUnreadable({ byValue }: Task, rows: readonly TaskRow[]): string | null {
  for (const { answer, place } of byValue ? rows : []) {
    const problem = byValue!.problemOf(answer);
    if (problem === null) continue;
    const at = place ? `${placeText(place)}: ` : "";
    return `${at}${JSON.stringify(answer.slice(0, 80))}: ${problem}`;
  }
  return null;
}

/** Says how many of a stage's training rows have a gold answer that cannot be read. `so`: what that means for their completions. */
export function remarkUnreadableRows(
  { remark }: Pick<StageContext, "remark">,
  task: Task,
  rows: readonly TaskRow[],
  so: string,
): void {
  const unreadable = rows.length - judgeableRows(task, rows).length;
  if (unreadable === 0) return;
  remark(
    "unreadable-training",
    `${amount(unreadable)} of ${amount(rows.length)} training rows have a gold answer that cannot be read as maths ` +
      `(the first: ${firstUnreadable(task, rows)!}): ${so}.`,
  );
}

/** Where an answer is looked for, as advice. */
function places(task: Task): string {
  if (task.language) return `a program stands in a closed block of ${task.language} code behind the thinking`;
  const others = isProcedural(task) ? "" : ', behind "####" or behind "the answer is"';
  return `an answer stands behind the thinking in <answer>…</answer>, in \\boxed{…}${others}`;
}

/** Says of an evaluation which of its held-out rows it left out, and that it found no answers. */
export function remarkAnswers(
  { remark, task, recipe }: Pick<StageContext, "remark" | "task"> & { readonly recipe: Pick<Recipe, "model"> },
  { prompts, samples, pass_at_1, answered, marked }: EvaluationSummary,
  { rows, step }: { readonly rows: readonly TaskRow[]; readonly step: number },
): void {
  const unreadable = rows.length === prompts ? null : firstUnreadable(task, rows);
  if (unreadable !== null)
    remark(
      "unreadable-gold",
      `${amount(rows.length - prompts)} of ${amount(rows.length)} held-out prompts are left out of evaluations: their gold answer cannot be read as maths (the first: ${unreadable}).`,
    );
  // Nobody expects answers of a new model.
  if (step === 0 && !("checkpoint" in recipe.model)) return;
  const of = `At step ${step} none of ${amount(prompts * samples)} completions`;
  if (answered === 0) remark("answers", `${of} had an answer that could be read: ${places(task)}.`);
  else if (marked === 0 && pass_at_1 === 0)
    remark("answers", `${of} said where its answer is, and what was taken for it was never right: ${places(task)}.`);
}
