/** Held-out prompts of a recipe, to be asked one after the other. */
import type { PlayRow } from "../protocol/playground";
import type { Recipe } from "../recipes/schema";
import { createTasks } from "../tasks/create-tasks";
import { heldOutRowsUpTo } from "../tasks/splits";
import { columnsText, type TaskRow } from "../tasks/task";
import { UserError } from "../shared/user-error";

/** Rows that are drawn at once. */
const drawnAtOnce = 64;

/** The held-out rows in the order in which the recipe's evaluations take them, from 0; after the last the first again. Throws where there are none. */
export function heldOutRowsOf(recipe: Recipe, recipeFolder: string): (number: number) => PlayRow {
  const { task } = createTasks(recipe, recipeFolder);
  let rows: readonly TaskRow[] = [];
  return (number) => {
    if (number >= rows.length) {
      const most = drawnAtOnce * (Math.floor(number / drawnAtOnce) + 1);
      rows = heldOutRowsUpTo(task, recipe.seed, most);
    }
    const row = rows[number % rows.length];
    if (!row) throw new UserError(`The recipe's task ${task.name} has no held-out prompts.`);
    return {
      prompt: row.prompt,
      ...(row.conversation ? { conversation: [...row.conversation] } : {}),
      answer: row.answer,
      columns: columnsText(row),
      of: rows.length,
    };
  };
}
