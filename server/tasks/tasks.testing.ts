/** Tasks of recipes, and files of a data set, for tests. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recipeSchema } from "../recipes/schema";
import { createTasks } from "./create-tasks";
import type { RecipeTasks } from "./task";

export interface TestTasks {
  readonly tasks: (task: object, general_task?: object) => RecipeTasks;
  /** Writes a file of prompts, each with the answer 1. Returns its name. */
  readonly file: (name: string, prompts: readonly string[]) => string;
}

export const testTasks = (folder: string): TestTasks => ({
  tasks: (task, general_task) =>
    createTasks(
      recipeSchema
        .pick({ task: true, general_task: true, model: true })
        .parse({ task, model: {}, ...(general_task === undefined ? {} : { general_task }) }),
      folder,
    ),
  file: (name, prompts) => {
    writeFileSync(join(folder, name), prompts.map((prompt) => `${JSON.stringify({ prompt, answer: "1" })}\n`).join(""));
    return name;
  },
});
