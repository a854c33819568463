/** Whether prompts that are held out stand in what is trained on. */

/** A prompt of training data and where it is from. */
export interface TrainingPrompt {
  readonly prompt: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Differences that make no other prompt: white space, case, and forms of the same character. */
const canonical = (prompt: string): string => prompt.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();

/** Training prompts that are held-out ones, white space and case aside, in the order of the training data. */
export function findLeaks(heldOut: Iterable<string>, training: Iterable<TrainingPrompt>): TrainingPrompt[] {
  const apart = new Set(Array.from(heldOut, canonical));
  return Array.from(training).filter(({ prompt }) => apart.has(canonical(prompt)));
}

/** Throws when training data hold a held-out prompt, with file and line of the first one and the number of all. */
export function refuseLeaks(heldOut: Iterable<string>, training: Iterable<TrainingPrompt>): void {
  const leaks = findLeaks(heldOut, training);
  const first = leaks[0];
  if (!first) return;
  const others = leaks.length === 1 ? "" : ` ${leaks.length - 1} more lines leak too.`;
  const prompt = first.prompt.length > 80 ? `${first.prompt.slice(0, 80)}…` : first.prompt;
  throw new Error(
    `${first.file}:${first.line}: the prompt ${JSON.stringify(prompt)} is held out for evaluation and must not be trained on. Remove the line.${others}`,
  );
}
