/** Whether prompts that are held out stand in what is trained on. */

import { isHeldOut } from "../tasks/splits";
import type { Task } from "../tasks/task";

/** A prompt of training data and where it is from. */
export interface TrainingPrompt {
  readonly prompt: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Differences that make no other prompt: white space, case, and forms of the same character. */
const canonical = (prompt: string): string => prompt.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();

/** Whether a prompt is on the held-out side of a task: by its hash where prompts are drawn, else one of those listed. */
export function heldOutTest({ rows }: Task): (prompt: string) => boolean {
  if (rows.kind === "drawn") return isHeldOut;
  const apart = new Set(rows.heldOut.map(({ prompt }) => canonical(prompt)));
  return (prompt) => apart.has(canonical(prompt));
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
