/** Prompts that leave no room for their completion: found before a stage samples any, whatever step would draw them. */
import { randomStream } from "../shared/random";
import { encodePrompt, type Policy } from "../models/policy";
import { messagesOf } from "../protocol/conversation";
import { learnsFrom } from "../protocol/stage-kinds";
import type { EvaluationSpec } from "../recipes/schema";
import type { RejectionSamplingSpec, RlSpec } from "../recipes/stages";
import { amount } from "../shared/amount";
import type { Task, TaskRow } from "../tasks/task";
import { askedAt, OverlongRowsError, type OverlongRows } from "./lengths";
import { largestOf } from "../shared/extremes";

/** Settings of what samples completions. */
export interface PromptLengthSettings {
  /** In words: `stage reasoning-rl`, `the evaluation`. */
  readonly what: string;
  readonly overlong_rows: OverlongRows;
  /** Whether prompts can be cut there. */
  readonly cuts: boolean;
  readonly max_completion_length: number;
  readonly max_prompt_length?: number | undefined;
}

/** Most tokens of a prompt. */
export const roomForPrompt = (positions: number, { max_completion_length, max_prompt_length }: PromptLengthSettings) =>
  Math.min(positions - max_completion_length, max_prompt_length ?? Infinity);

/** Tokens that templates and tokenizers add to a text: more than any does. */
const added = 16;
const ascii = /^[\u0000-\u007f]*$/;

/** Whether a prompt fits, by its text alone: no tokenizer makes more tokens of a text in ASCII than it has signs. False: look. */
function fitsSurely({ chat }: Policy, row: TaskRow, room: number): boolean {
  if (chat) return false;
  const texts = messagesOf(row).map(({ content }) => content);
  const signs = texts.reduce((sum, text) => sum + text.length + 2, 0);
  return signs + added <= room && texts.every((text) => ascii.test(text));
}

const tokensOf = (policy: Policy, row: TaskRow): number => encodePrompt(policy, row).length;

/** Whether a prompt has at most so many tokens. */
export const fitsIn =
  (policy: Policy, room: number) =>
  (row: TaskRow): boolean =>
    fitsSurely(policy, row, room) || tokensOf(policy, row) <= room;

/** Token ids of a prompt; `cut`: without its beginning where it has more than fit. */
export function encodeFitting(policy: Policy, row: TaskRow, settings: PromptLengthSettings): number[] {
  const ids = encodePrompt(policy, row);
  if (settings.overlong_rows !== "cut") return ids;
  const room = roomForPrompt(policy.config.max_position_embeddings, settings);
  return ids.length > room && room > 0 ? ids.slice(-room) : ids;
}

/** Prompts that a task draws are looked at so many times: it draws them by the million. */
const looks = 2000;

function sampleOf(task: Task, seed: number): TaskRow[] {
  const { rows } = task;
  if (rows.kind === "listed") return [...rows.training];
  const random = randomStream(seed, "prompt lengths", task.name);
  return Array.from({ length: looks }, () => rows.row(random));
}

/** Throws an {@link OverlongRowsError} where prompts do not fit and are refused, or no prompt can fit. Returns those that do not. */
export function overlongPrompts(
  policy: Policy,
  rows: readonly TaskRow[],
  settings: PromptLengthSettings,
  positions = policy.config.max_position_embeddings,
): TaskRow[] {
  const { what, overlong_rows, cuts, max_completion_length, max_prompt_length } = settings;
  const room = roomForPrompt(positions, settings);
  if (room < 1)
    throw new OverlongRowsError(
      `max_completion_length (${amount(max_completion_length)}) of ${what} leaves no room for a prompt within the model's ${amount(positions)} ` +
        "positions (max_position_embeddings): lower it.",
    );
  const long = rows.filter((row) => !fitsIn(policy, room)(row));
  const [first] = long;
  if (!first || overlong_rows !== "refuse") return long;
  const tokens = long.map((row) => tokensOf(policy, row));
  const limit =
    room === max_prompt_length
      ? `max_prompt_length is ${amount(room)}`
      : `with max_completion_length ${amount(max_completion_length)} there is room for ${amount(room)} in the model's ${amount(positions)} positions`;
  const others =
    long.length === 1
      ? ""
      : ` ${amount(long.length)} of ${amount(rows.length)} prompts are too long; the longest has ${amount(largestOf(tokens))}.`;
  throw new OverlongRowsError(
    `${askedAt(first)}: a prompt of ${what} has ${amount(tokens[0]!)} tokens, and ${limit}.${others} Set overlong_rows of ${what} to "drop" to leave such ` +
      `prompts out${cuts ? ', or to "cut" to cut off their beginning' : ""}; or shorten them.`,
  );
}

export interface FittingTask {
  readonly task: Task;
  /** Sentences on what was left out or cut. */
  readonly notes: readonly string[];
}

/**
 * The task with the training prompts that a stage may ask. `positions`: of the model that has the fewest. Throws as {@link overlongPrompts} does, and
 * where no prompt is left.
 */
export function fittingTask(
  policy: Policy,
  task: Task,
  settings: PromptLengthSettings,
  seed: number,
  positions = policy.config.max_position_embeddings,
): FittingTask {
  const { rows } = task;
  const sample = sampleOf(task, seed);
  const long = new Set(overlongPrompts(policy, sample, settings, positions));
  const room = roomForPrompt(positions, settings);
  if (rows.kind === "drawn") {
    // One in many thousands may be longer than those that were looked at: it is drawn again, not met in the midst of a run.
    const fits = fitsIn(policy, room);
    if (settings.overlong_rows === "cut") return { task, notes: [] };
    const row: typeof rows.row = (random) => {
      for (let tries = 0; tries < looks; tries++) {
        const drawn = rows.row(random);
        if (fits(drawn)) return drawn;
      }
      throw new OverlongRowsError(`The task ${task.name} draws no prompt of at most ${amount(room)} tokens.`);
    };
    const share = `${((100 * long.size) / looks).toFixed(1)} %`;
    return {
      task: { ...task, rows: { ...rows, row } },
      notes:
        long.size === 0
          ? []
          : [`About ${share} of the prompts of ${task.name} are not drawn: longer than ${amount(room)} tokens.`],
    };
  }
  if (long.size === 0) return { task, notes: [] };
  const count = `${amount(long.size)} of ${amount(rows.training.length)} training prompts`;
  if (settings.overlong_rows === "cut")
    return { task, notes: [`${count} without their beginning: cut to ${amount(room)} tokens.`] };
  const training = rows.training.filter((row) => !long.has(row));
  if (training.length === 0)
    throw new OverlongRowsError(
      `All ${amount(rows.training.length)} training prompts of ${settings.what} are longer than ${amount(room)} tokens: there is nothing to train on.`,
    );
  return {
    task: { ...task, rows: { ...rows, training } },
    notes: [`${count} left out: longer than ${amount(room)} tokens.`],
  };
}

/** Of a stage that asks prompts. Samples that a model is trained on are not made of parts of prompts. */
export const stagePrompts = (stage: RlSpec | RejectionSamplingSpec): PromptLengthSettings => {
  const { name, overlong_rows, max_completion_length } = stage;
  const common = { what: `stage ${name}`, max_completion_length };
  return learnsFrom(stage, "rewards")
    ? { ...common, overlong_rows, cuts: true, max_prompt_length: stage.max_prompt_length }
    : { ...common, overlong_rows: overlong_rows === "cut" ? "drop" : overlong_rows, cuts: false };
};

/** Of held-out prompts. */
export const evaluationPrompts = ({ overlong_rows, max_completion_length }: EvaluationSpec): PromptLengthSettings => ({
  what: "the evaluation",
  overlong_rows,
  cuts: true,
  max_completion_length,
});
