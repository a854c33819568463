import { isCorrect, type Task, type TaskRow } from "../tasks/task";
import type { StageContext } from "./context";

interface Answered {
  readonly task: Task;
  readonly row: TaskRow;
  readonly completion: string;
}

/**
 * `[items]` whether each completion's answer is correct: by the task's own check, and programs by running them against the `tests` of their row in
 * the sandboxes. Null: nothing can be said, as the gold answer cannot be read.
 */
export async function checkAnswers(context: StageContext, items: readonly Answered[]): Promise<(boolean | null)[]> {
  const correct = items.map(({ task, row, completion }) => (task.language ? false : isCorrect(task, row, completion)));
  for (const language of ["python", "javascript"] as const) {
    const programs = items.flatMap((item, index) => (item.task.language === language ? [{ item, index }] : []));
    if (programs.length === 0) continue;
    const passed = await context.passTests(
      language,
      programs.map(({ item }) => ({ completion: item.completion, tests: item.row.columns?.["tests"] })),
    );
    programs.forEach(({ index }, place) => (correct[index] = passed[place]!));
  }
  return correct;
}
