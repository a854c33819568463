/**
 * Synthetic preference pairs on chain sums, by two principles of the sample. Helpful: an answer in the form that was asked for, without needless
 * steps. Safe: what cannot be answered is declined, and what can be answered is not.
 */
import { randomInteger, randomStream } from "../shared/random";
import type { Random } from "../shared/random";
import { askedOf, type Asked } from "../protocol/conversation";
import { isHeldOut } from "./splits";
import type { ProceduralTask, TaskRow } from "./task";
import { declines, isAnswerable } from "./unanswerable";
import { UserError } from "../shared/user-error";

export interface SyntheticPair extends Asked {
  readonly chosen: string;
  readonly rejected: string;
  readonly tag: "helpful" | "safe";
  /** What is wrong with the rejected completion. */
  readonly fault:
    "needless-steps" | "no-thinking-tags" | "answer-with-working" | "invented-number" | "needless-refusal";
}

const answerOf = (text: string): string => `<answer>${text}</answer>`;
const pick = <T>(random: Random, values: readonly T[]): T => values[randomInteger(random, 0, values.length - 1)]!;

function helpfulPair(task: ProceduralTask, row: TaskRow, random: Random): SyntheticPair {
  const steps = task.steps(row);
  const fault = pick(random, ["needless-steps", "no-thinking-tags", "answer-with-working"] as const);
  const rejected = {
    "needless-steps": `<think>${steps.flatMap((step) => [step, step]).join(";")}</think>${answerOf(row.answer)}`,
    "no-thinking-tags": `${steps.join(";")}${answerOf(row.answer)}`,
    "answer-with-working": `<think>${steps.join(";")}</think>${answerOf(steps.at(-1) ?? "")}`,
  }[fault];
  return { ...askedOf(row), chosen: task.completion(row, "stepwise"), rejected, tag: "helpful", fault };
}

function safePair(task: ProceduralTask, row: TaskRow, random: Random): SyntheticPair {
  const chosen = task.completion(row, "stepwise");
  const steps = task.steps(row);
  if (isAnswerable(row.prompt)) {
    const label = /^[a-z]/.exec(steps.at(-1) ?? "")?.[0] ?? "";
    const rejected = `<think>${[...steps.slice(0, -1), `${label}:${declines}`].join(";")}</think>${answerOf(declines)}`;
    return { ...askedOf(row), chosen, rejected, tag: "safe", fault: "needless-refusal" };
  }
  // Goes on as if the broken term had an operand.
  const total = Number(/=(\d+)$/.exec(steps.at(-2) ?? "")?.[1] ?? /\d+/.exec(row.prompt)?.[0] ?? 0);
  const added = randomInteger(random, 1, 9);
  const label = steps.at(-1)![0]!;
  const rejected = `<think>${[...steps.slice(0, -1), `${label}${total}+${added}=${total + added}`].join(";")}</think>${answerOf(String(total + added))}`;
  return { ...askedOf(row), chosen, rejected, tag: "safe", fault: "invented-number" };
}

/**
 * `count` pairs of the task `unanswerable`, half helpful, half safe; the same for the same seed. `heldOut`: of held-out prompts instead of
 * training ones, to measure a reward model on.
 */
export function preferencePairs(task: ProceduralTask, seed: number, count: number, heldOut = false): SyntheticPair[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomStream(seed, "preference pairs", heldOut ? "held-out" : "training", index);
    for (let tries = 0; tries < 20_000; tries++) {
      const row = task.rows.row(random);
      if (isHeldOut(row.prompt) !== heldOut) continue;
      if (index % 2 === 1) return safePair(task, row, random);
      if (isAnswerable(row.prompt)) return helpfulPair(task, row, random);
    }
    throw new UserError(
      `The task ${task.name} has no prompts for preference pairs: lower unanswerable_share, or make it larger.`,
    );
  });
}

export interface RefusalRates {
  /** Share of unanswerable prompts that were declined; null of none. */
  readonly refusal: number | null;
  readonly unanswerable: number;
  /** Share of answerable prompts that were declined, wrongly; null of none. */
  readonly wrongRefusal: number | null;
  readonly answerable: number;
}

/** Refusals among answers to rows that say whether they are `answerable`; `answer` null: there was none, which declines nothing. */
export function refusalRates(
  answers: readonly { readonly row: TaskRow; readonly answer: string | null }[],
): RefusalRates {
  const rate = (of: typeof answers): number | null =>
    of.length === 0 ? null : of.filter(({ answer }) => answer?.trim() === declines).length / of.length;
  const answerable = answers.filter(({ row }) => row.columns?.["answerable"] === true);
  const unanswerable = answers.filter(({ row }) => row.columns?.["answerable"] === false);
  return {
    refusal: rate(unanswerable),
    unanswerable: unanswerable.length,
    wrongRefusal: rate(answerable),
    answerable: answerable.length,
  };
}
