/** The tasks of a recipe, such that neither trains on what the other holds out. */
import { usesChatTemplate, type Recipe } from "../recipes/schema";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { createTask } from "./create-task";
import type { RecipeTasks, Task, TaskRows } from "./task";
import { UserError } from "../shared/user-error";

/** `folder`: the recipe's. Throws when a dataset cannot be used, and when the other task leaves one nothing to train on. */
export function createTasks(
  { task, general_task, model }: Pick<Recipe, "task" | "general_task" | "model">,
  folder: string,
): RecipeTasks {
  const chat = usesChatTemplate(model);
  const main = createTask(task, folder, chat);
  if (!general_task) return { task: main, generalTask: null };
  const general = createTask(general_task, folder, chat);
  return { task: apartFrom(main, general.rows), generalTask: apartFrom(general, main.rows) };
}

/** Draws in vain before a task counts as a part of a data set. */
const patience = 20_000;

/**
 * A prompt that a data set lists is the data set's alone: a task that draws its prompts does not draw it, for training or for evaluations. Of two
 * data sets each is trained without what the other holds out. Two tasks that draw agree already, by the hash.
 */
function apartFrom(task: Task, other: TaskRows): Task {
  if (other.kind === "drawn") return task;
  const { rows } = task;
  if (rows.kind === "drawn") {
    const listed = promptsOf([...other.training, ...other.heldOut]);
    return {
      ...task,
      rows: {
        ...rows,
        row(random) {
          for (let tries = 0; tries < patience; tries++) {
            const row = rows.row(random);
            if (!listed.has(canonicalPrompt(row.prompt))) return row;
          }
          throw new UserError(
            `The task ${task.name} draws only prompts that the recipe's data set lists: make it larger.`,
          );
        },
      },
    };
  }
  const heldOut = promptsOf(other.heldOut);
  const training = rows.training.filter(({ prompt }) => !heldOut.has(canonicalPrompt(prompt)));
  if (training.length === 0)
    throw new UserError(
      `Every training prompt of a ${task.name} is held out by the recipe's other one: there is nothing to train on.`,
    );
  return { ...task, rows: { ...rows, training } };
}

const promptsOf = (rows: readonly { readonly prompt: string }[]): ReadonlySet<string> =>
  new Set(rows.map(({ prompt }) => canonicalPrompt(prompt)));
