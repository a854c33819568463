/** Whether prompts that are held out stand in what is trained on. */
import { canonicalPrompt } from "../shared/canonical-prompt";
import { isHeldOut } from "../tasks/splits";
import type { RecipeTasks } from "../tasks/create-tasks";

/** A prompt of training data and where it is from. */
export interface TrainingPrompt {
  readonly prompt: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Whether a prompt is on the held-out side of a recipe's tasks: one of those listed, or by its hash where prompts are drawn. A row that a data set
 * lists for training is for training, whatever its hash: no other task draws it. White space, case and forms of the same character aside.
 */
export function heldOutTest({ task, generalTask }: RecipeTasks): (prompt: string) => boolean {
  const apart = new Set<string>();
  const trained = new Set<string>();
  let drawn = false;
  for (const { rows } of generalTask ? [task, generalTask] : [task]) {
    if (rows.kind === "drawn") drawn = true;
    else {
      for (const { prompt } of rows.heldOut) apart.add(canonicalPrompt(prompt));
      for (const { prompt } of rows.training) trained.add(canonicalPrompt(prompt));
    }
  }
  return (prompt) => {
    const canonical = canonicalPrompt(prompt);
    return apart.has(canonical) || (drawn && !trained.has(canonical) && isHeldOut(canonical));
  };
}

/** Throws when training data hold a held-out prompt, with file and line of the first one and the number of all. */
export function refuseLeaks(heldOut: (prompt: string) => boolean, training: readonly TrainingPrompt[]): void {
  const leaks = training.filter(({ prompt }) => heldOut(prompt));
  const first = leaks[0];
  if (!first) return;
  const others = leaks.length === 1 ? "" : ` ${leaks.length - 1} more lines leak too.`;
  const prompt = first.prompt.length > 80 ? `${first.prompt.slice(0, 80)}…` : first.prompt;
  throw new Error(
    `${first.file}:${first.line}: the prompt ${JSON.stringify(prompt)} is held out for evaluation and must not be trained on. Remove the line.${others}`,
  );
}
