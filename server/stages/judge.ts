import { isRight, type Task, type TaskRow } from "../tasks/task";
import type { StageContext } from "./context";

interface Judged {
  readonly task: Task;
  readonly row: TaskRow;
  readonly completion: string;
}

/**
 * `[items]` whether each completion's answer is right: by the task's own check, and programs by running them against the `tests` of their row in
 * the sandboxes. Null: nothing can be said, as the gold answer cannot be read.
 */
export async function judge(context: StageContext, items: readonly Judged[]): Promise<(boolean | null)[]> {
  const right = items.map(({ task, row, completion }) => (task.language ? false : isRight(task, row, completion)));
  for (const language of ["python", "javascript"] as const) {
    const programs = items.flatMap((item, index) => (item.task.language === language ? [{ item, index }] : []));
    if (programs.length === 0) continue;
    const passed = await context.judge(
      language,
      programs.map(({ item }) => ({ completion: item.completion, tests: item.row.columns?.["tests"] })),
    );
    programs.forEach(({ index }, place) => (right[index] = passed[place]!));
  }
  return right;
}
