/** Cuts a text into its steps; joined, they are the text again. */

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

export function stepsOf(text: string): Steps {
  for (const [rule, end] of rules) {
    const steps = cut(text, end);
    if (steps.length > 1) return { rule, steps };
  }
  return { rule: "whole", steps: text === "" ? [] : [text] };
}
