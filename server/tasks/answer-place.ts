/** A task whose answers stand at one place that its recipe names. */
import { isSameNumber, readAnswerAt, type AnswerPlace } from "../verifiers/answers/answer-places";
import type { Task, TaskCheck, ValueCheck } from "./task";

/** `place`: unset: wherever answers are marked, as the task reads them by itself. */
export function withAnswersAt<T extends TaskCheck>(task: T, place: AnswerPlace | undefined): T {
  if (place === undefined) return task;
  const extract = (completion: string) => readAnswerAt(place, completion);
  if (task.byValue) return { ...task, answersAt: place, extract, byValue: byValueAt(task.byValue, extract) };
  if (place !== "last-number" || task.accepts) return { ...task, answersAt: place, extract };
  return {
    ...task,
    answersAt: place,
    extract,
    accepts: (row, answer) => answer.trim() === row.answer.trim() || isSameNumber(answer, row.answer),
  };
}

const byValueAt = (check: ValueCheck, extract: Task["extract"]): ValueCheck => ({
  ...check,
  judge(row, completion) {
    if (check.problemOf(row.answer) !== null) return null;
    const answer = extract(completion);
    return answer !== null && check.same(answer.text, row.answer);
  },
});
