/** Whether prompts that are held out stand in what is trained on. */
import { learnsFrom, trains } from "../protocol/stage-kinds";
import type { Recipe } from "../recipes/schema";
import { canonicalPrompt } from "../shared/canonical-prompt";
import type { RecipeTasks } from "../tasks/task";
import { preferencePairs } from "../tasks/preference-pairs";
import { heldOutRowsUpTo } from "../tasks/splits";
import { isProcedural, type Task } from "../tasks/task";

/** What of a recipe says which prompts are measured on. */
export type Measuring = Pick<Recipe, "seed" | "stages" | "evaluation">;

/** The most held-out prompts of the task that any stage draws, for answers or for the held-out loss. */
function mostPrompts({ stages, evaluation }: Measuring): number {
  const ofStages = stages.map((stage) => {
    if (!trains(stage)) return stage.prompts ?? 0;
    return "eval_examples" in stage && stage.eval_steps > 0 ? stage.eval_examples : 0;
  });
  return Math.max(evaluation.prompts, evaluation.during_prompts, ...ofStages);
}

/** Prompts of a task that are held out: all that a data set lists, of drawn ones those that are drawn for it. A task may have none. */
function heldOutOf(task: Task, seed: number, most: number): string[] {
  if (task.rows.kind === "listed") return task.rows.heldOut.map(({ prompt }) => prompt);
  try {
    return heldOutRowsUpTo(task, seed, most).map(({ prompt }) => prompt);
  } catch {
    return [];
  }
}

/** Prompts of the pairs that reward models and DPO are measured on. */
function pairPrompts({ seed, stages }: Measuring, task: Task): string[] {
  if (!isProcedural(task)) return [];
  return stages.flatMap((stage) => {
    if (!learnsFrom(stage, "pairs") || stage.pairs === 0) return [];
    const count = stage.tag === undefined ? stage.eval_pairs : 2 * stage.eval_pairs;
    return preferencePairs(task, seed, count, true).map(({ prompt }) => prompt);
  });
}

/**
 * The prompts that a recipe's evaluations measure on, canonical: those that a data set holds out, and those that a task draws for them. Other prompts
 * that a task would hold out by their hash are nobody's: nothing measures on them.
 */
export function heldOutPrompts(measuring: Measuring, { task, generalTask }: RecipeTasks): ReadonlySet<string> {
  const { seed, evaluation } = measuring;
  const prompts = [
    ...heldOutOf(task, seed, mostPrompts(measuring)),
    ...(generalTask
      ? [...heldOutOf(generalTask, seed, evaluation.general_prompts), ...pairPrompts(measuring, generalTask)]
      : []),
  ];
  return new Set(prompts.map(canonicalPrompt));
}

/** Whether a prompt is one of {@link heldOutPrompts}. White space, case and forms of the same character aside. */
export function heldOutTest(measuring: Measuring, tasks: RecipeTasks): (prompt: string) => boolean {
  const apart = heldOutPrompts(measuring, tasks);
  return (prompt) => apart.has(canonicalPrompt(prompt));
}
