/** What a recipe's tasks say of recorded rollouts: whether they are correct, and which of their steps are. */
import type { Recipe } from "../recipes/schema";
import type { RolloutText } from "../runs/trace-scan";
import { createProceduralTask } from "../tasks/create-task";
import { isCorrect, type ProceduralTask, type StepLabel } from "../tasks/task";

export interface RolloutLabels {
  /** Null: not judged. */
  correct(rollout: RolloutText): boolean | null;
  /** Null where the task has no steps. */
  steps(rollout: RolloutText): ((thinking: string) => readonly StepLabel[]) | null;
}

/** Nothing is read or run: of a dataset's rows only their gold answers tell, and of programs nothing does. */
export function rolloutLabels(recipe: Pick<Recipe, "task" | "general_task"> | null): RolloutLabels {
  const tasks = [recipe?.task, recipe?.general_task].flatMap((spec) =>
    spec && spec.name !== "dataset" ? [createProceduralTask(spec)] : [],
  );
  const taskOf = (rollout: RolloutText): ProceduralTask | null =>
    tasks.length < 2 ? (tasks[0] ?? null) : (tasks.find((task) => leadsTo(task, rollout)) ?? null);
  return {
    correct(rollout) {
      const { finishReason, extracted, answer, completion, prompt } = rollout;
      if (rollout.correct !== null) return rollout.correct;
      if (finishReason !== "stop") return false;
      const task = taskOf(rollout);
      if (task?.language || (recipe?.task.name === "dataset" && ["mbpp", "humaneval"].includes(recipe.task.format)))
        return null;
      if (task) return isCorrect(task, { prompt, answer }, completion);
      // Of a data set's check only the gold answer itself is known: another may have its value.
      return extracted !== null && plain(extracted) === plain(answer) ? true : null;
    },
    steps(rollout) {
      const task = taskOf(rollout);
      const row = { prompt: rollout.prompt, answer: rollout.answer };
      return task && trace(task, row) !== null ? (thinking) => task.labelSteps(row, thinking) : null;
    },
  };
}

/** Thousands may be set apart. */
const plain = (text: string): string => text.trim().replaceAll(",", "").toLowerCase();

type Row = Pick<RolloutText, "prompt" | "answer">;

/** Steps of the correct thinking; null of a prompt that is not the task's. */
function trace(task: ProceduralTask, row: Row): readonly string[] | null {
  try {
    return task.steps(row);
  } catch {
    return null;
  }
}

/** Whether a task's own thinking ends in the gold answer: of two tasks with prompts alike, the one that the prompt is of. */
export const leadsTo = (task: ProceduralTask, row: Row): boolean =>
  trace(task, row)?.at(-1)?.endsWith(row.answer) ?? false;
