/** What procedural tasks share: completions made of a trace of steps, and labels of the steps of any thinking. */
import type { Random } from "../shared/random";
import { readAnswer } from "../verifiers/answers/read-answer";
import type { ProceduralTask, Slips, StepLabel, TaskRow } from "./task";

/** Stands between steps. */
export const stepSeparator = ";";

/** Ends a step that its author doubts and does again. */
export const flag = "?";

export interface TracedTaskParts {
  readonly name: string;
  /** Symbols of prompts, steps and answers; the step separator is added. */
  readonly symbols: string;
  readonly row: (random: Random) => TaskRow;
  /** Steps of the correct thinking, from the prompt alone. Throws when the prompt is not one of the task's. */
  readonly steps: (row: TaskRow) => readonly string[];
  readonly accepts?: (row: TaskRow, answer: string) => boolean;
  /** Whether one step is correct by itself, where there is more than one correct thinking. Unset: steps must be those of the trace, in order. */
  readonly stepIsCorrect?: (row: TaskRow, step: string) => boolean;
  readonly slips?: Slips;
}

/** Places of the steps of a thinking, empty ones left out. */
export function findSteps(thinking: string): { readonly start: number; readonly end: number; readonly text: string }[] {
  return [...thinking.matchAll(/[^;?\n]+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0].trim(),
  }));
}

/**
 * Labels steps against the only correct order of them: a step is correct when it is the one that comes next. After a wrong step, and after a flagged
 * one, the next may redo it; else it stands, and what goes on from a wrong number is wrong too.
 */
export function labelAgainstTrace(trace: readonly string[], thinking: string): StepLabel[] {
  const found = findSteps(thinking);
  let next = 0;
  /** The step before was correct and flagged: its author may do it again, or let it stand. */
  let doubted = false;
  return found.map(({ start, end, text }, index) => {
    const again = doubted && text === trace[next - 1];
    const correct = again || text === trace[next];
    const flagged = thinking[end] === flag;
    const redone = !correct && (flagged || found[index + 1]?.text === trace[next]);
    if (!again && !redone) next++;
    doubted = correct && flagged;
    return { start, end, correct };
  });
}

export function tracedTask(parts: TracedTaskParts): ProceduralTask {
  const { name, steps, row, accepts, stepIsCorrect } = parts;
  return {
    name,
    symbols: [...new Set(Array.from(parts.symbols + stepSeparator))],
    rows: { kind: "drawn", row },
    steps,
    completion(row, style) {
      const thinking = style === "terse" ? row.answer : steps(row).join(stepSeparator);
      return `<think>${thinking}</think><answer>${row.answer}</answer>`;
    },
    extract: (completion) => readAnswer(completion, { unmarked: false }),
    labelSteps: (row, thinking) =>
      stepIsCorrect
        ? findSteps(thinking).map(({ start, end, text }) => ({ start, end, correct: stepIsCorrect(row, text) }))
        : labelAgainstTrace(steps(row), thinking),
    ...(accepts ? { accepts } : {}),
    ...(parts.slips ? { slips: parts.slips } : {}),
  };
}

/** The parts of a prompt. Throws when it is not one of the task's. */
export function promptParts(task: string, prompt: string, pattern: RegExp): string[] {
  const match = pattern.exec(prompt);
  if (!match) throw new Error(`Not a prompt of the task ${task}: ${JSON.stringify(prompt)}`);
  return match.slice(1).map((part: string | undefined) => part ?? "");
}
