/** Steps of a text, and of a completion: what pages show, and rewards that score each step count. */
import { placedParts } from "./completion-parts";

export type StepRule = "paragraphs" | "lines" | "semicolons" | "sentences" | "whole";

export interface Steps {
  readonly rule: StepRule;
  readonly steps: readonly string[];
}

/** Ends of steps, from the widest: the first by which a text has more than one is the one. */
const rules: readonly (readonly [rule: StepRule, end: RegExp])[] = [
  ["paragraphs", /\n[ \t\r]*\n\s*/g],
  ["lines", /\n\s*/g],
  ["semicolons", /;\s*/g],
  ["sentences", /[.!?]["')\]]*\s+/g],
];

function cut(text: string, end: RegExp): string[] {
  const steps: string[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(end)) {
    const to = index + found.length;
    // White space before the first step is part of it.
    if (text.slice(from, index).trim() === "" && steps.length === 0) continue;
    steps.push(text.slice(from, to));
    from = to;
  }
  const rest = text.slice(from);
  if (rest.trim() !== "") steps.push(rest);
  else if (rest !== "") steps.push((steps.pop() ?? "") + rest);
  return steps;
}

/** Cuts a text into its steps; joined, they are the text again. */
export function stepsOf(text: string): Steps {
  for (const [rule, end] of rules) {
    const steps = cut(text, end);
    if (steps.length > 1) return { rule, steps };
  }
  return { rule: "whole", steps: text === "" ? [] : [text] };
}

/** Steps of a completion that can be scored, at most. */
export const mostSteps = 20_000;

/** One step of a completion. */
export interface CompletionStep {
  readonly text: string;
  /** Where it begins in the completion, in UTF-16 units. */
  readonly start: number;
}

/**
 * The steps of a completion, in order: its thinking cut at blank lines, else at line ends, semicolons, ends of sentences, else as one. What stands around the
 * thinking is no step; a completion that does not think is cut as a whole, its tags of answers aside.
 */
export function completionSteps(completion: string): CompletionStep[] {
  const parts = placedParts(completion);
  const kind = parts.some((part) => part.kind === "thinking") ? "thinking" : "text";
  const found: CompletionStep[] = [];
  for (const part of parts) {
    if (part.kind !== kind) continue;
    let { start } = part;
    for (const text of stepsOf(part.text).steps) {
      if (text.trim() !== "") found.push({ text, start });
      start += text.length;
    }
  }
  return found;
}
