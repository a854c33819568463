/**
 * Examples whose authors slip: some steps are wrong, and some of those are noticed, flagged and done again. A cold start on them teaches a model
 * to make mistakes and to doubt them now and then, which RL can then make more or less of.
 */
import type { Random } from "../shared/random";
import { flag, stepSeparator } from "./traced-task";
import type { ProceduralTask, TaskRow } from "./task";

export interface SlipSettings {
  /** Probability that a step is wrong, also one that is done again. */
  readonly slip_rate: number;
  /** Share of the wrong steps that are flagged and done again. After the others the trace goes on from the wrong number. */
  readonly flag_share: number;
}

export interface SlippedExample {
  readonly completion: string;
  /** Wrong steps that were flagged and done again. */
  readonly flagged: number;
  /** Wrong steps that were left standing: the answer is then wrong, or right by a second one. */
  readonly standing: number;
}

/** Tries of a step by its author; the last is right. */
const mostTries = 4;

/** A stepwise completion of the row with slips. Throws when the task has no way of slipping. */
export function slippedCompletion(
  task: ProceduralTask,
  row: TaskRow,
  { slip_rate, flag_share }: SlipSettings,
  random: Random,
): SlippedExample {
  const { slips } = task;
  if (!slips) throw new Error(`The task ${task.name} has no slips.`);
  /** Steps that stand. */
  const steps: string[] = [];
  let thinking = "";
  let flagged = 0;
  let standing = 0;
  for (let step = slips.next(row, steps); step !== null; step = slips.next(row, steps)) {
    let stands = step;
    if (steps.length > 0) thinking += stepSeparator;
    for (let tries = 1; tries < mostTries && random() < slip_rate; tries++) {
      const wrong = slips.slip(step, random);
      if (random() >= flag_share) {
        stands = wrong;
        standing++;
        break;
      }
      thinking += wrong + flag;
      flagged++;
    }
    thinking += stands;
    steps.push(stands);
  }
  return {
    completion: `<think>${thinking}</think><answer>${slips.answer(row, steps)}</answer>`,
    flagged,
    standing,
  };
}
