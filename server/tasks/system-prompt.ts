/** Conversations as rows of a task have them. */
import { askedOf, messagesOf, type Asked, type ChatMessage } from "../protocol/conversation";
import { isProcedural, type Task, type TaskRow } from "./task";
import type { RecipeTasks } from "./task";

/** The row with its conversation among the columns too, where rewards and whoever reads the traces find it. */
export const withMessages = (row: TaskRow): TaskRow =>
  row.conversation ? { ...row, columns: { ...row.columns, messages: row.conversation } } : row;

/** What is asked with a system message before it, unless it brings one. */
export function askedUnder(system: string, asked: Asked): Asked {
  const messages = messagesOf(asked);
  if (messages[0]?.role === "system") return asked;
  const first: ChatMessage = { role: "system", content: system };
  return { prompt: asked.prompt, conversation: [first, ...messages] };
}

/** The task with a system message before each prompt; rows that bring one keep theirs. */
export function withSystemPrompt(task: Task, system: string | undefined): Task {
  if (system === undefined) return task;
  const changed = (row: TaskRow): TaskRow => withMessages({ ...row, ...askedUnder(system, row) });
  const { rows } = task;
  return {
    ...task,
    systemPrompt: system,
    symbols: [...new Set([...task.symbols, ...Array.from(system), "\n"])],
    rows:
      rows.kind === "drawn"
        ? { ...rows, row: (random) => changed(rows.row(random)) }
        : { ...rows, training: rows.training.map(changed), heldOut: rows.heldOut.map(changed) },
  };
}

function draws(task: Task, prompt: string): boolean {
  if (!isProcedural(task)) return false;
  try {
    task.steps({ prompt, answer: "" });
    return true;
  } catch {
    return false;
  }
}

/**
 * How a recipe's tasks ask a prompt that is known by its text only, as labels know it. Null: a task has conversations or a system prompt, and the
 * prompt is of none.
 */
export function askedAs({ task, generalTask }: RecipeTasks): (prompt: string) => Asked | null {
  const listed = new Map<string, Asked>();
  const tasks = generalTask ? [task, generalTask] : [task];
  for (const { rows } of tasks)
    if (rows.kind === "listed") for (const row of [...rows.training, ...rows.heldOut]) listed.set(row.prompt, row);
  const plain =
    tasks.every(({ systemPrompt }) => systemPrompt === undefined) &&
    [...listed.values()].every(({ conversation }) => conversation === undefined);
  if (plain) return (prompt) => ({ prompt });
  return (prompt) => {
    const row = listed.get(prompt);
    if (row) return askedOf(row);
    const own = tasks.find((each) => draws(each, prompt));
    if (!own) return null;
    return own.systemPrompt === undefined ? { prompt } : askedUnder(own.systemPrompt, { prompt });
  };
}
