/**
 * Training and held-out prompts never meet: which side a drawn prompt is on follows from a hash of its text alone (white space, case and forms of
 * the same character aside), whatever the seed, the stage or the order it is drawn in; a dataset's rows are split when it is read.
 */
import { hashText, randomInteger, randomPermutation, randomStream } from "../shared/random";
import type { Random } from "../shared/random";
import { canonicalPrompt } from "../shared/canonical-prompt";
import type { Task, TaskRow } from "./task";
import { UserError } from "../shared/user-error";

/** One prompt in so many is held out. */
const heldOutShare = 16;
const heldOutSalt = 0x4e1d;

export function isHeldOut(prompt: string): boolean {
  return hashText(canonicalPrompt(prompt), heldOutSalt) % heldOutShare === 0;
}

/** Draws in vain before a task counts as exhausted. */
const patience = 20_000;

/** Draws by weight before any row will do. */
const fewTries = 200;

type DrawRow = (random: Random) => TaskRow;

/** A row of one side of the split. */
function drawRow(task: Task, draw: DrawRow, random: Random, heldOut: boolean): TaskRow {
  for (let tries = 0; tries < patience; tries++) {
    const row = draw(random);
    if (isHeldOut(row.prompt) === heldOut) return row;
  }
  throw new UserError(
    `The task ${task.name} has no ${heldOut ? "held-out" : "training"} prompts with these settings: make it larger (more terms or operands).`,
  );
}

/** Whether a row may be taken. */
type MayTake = (row: TaskRow) => boolean;
const any: MayTake = () => true;

/** Up to `most` different rows of one side of the split: fewer where a dataset or a small task has no more. */
function differentRows(task: Task, random: Random, heldOut: boolean, most: number, mayTake = any): TaskRow[] {
  if (task.rows.kind === "listed") {
    const taken: TaskRow[] = [];
    for (const row of shuffled(heldOut ? task.rows.heldOut : task.rows.training, random)) {
      if (taken.length === most) break;
      if (mayTake(row)) taken.push(row);
    }
    return taken;
  }
  const rows = new Map<string, TaskRow>();
  for (let vain = 0; rows.size < most && vain <= patience;) {
    const row = drawRow(task, task.rows.row, random, heldOut);
    vain = rows.has(row.prompt) || !mayTake(row) ? vain + 1 : 0;
    if (vain === 0) rows.set(row.prompt, row);
  }
  return [...rows.values()];
}

function uniqueRows(task: Task, random: Random, heldOut: boolean, count: number, setting: string): TaskRow[] {
  const rows = differentRows(task, random, heldOut, count);
  if (rows.length === count) return rows;
  const side = heldOut ? "held-out" : "training";
  throw new UserError(
    task.rows.kind === "listed"
      ? `The ${task.name} has ${rows.length} ${side} rows; \`${setting}\` asks for ${count}.`
      : `The task ${task.name} has only about ${rows.length} different ${side} prompts with these settings; \`${setting}\` asks for ${count}.`,
  );
}

const shuffled = (rows: readonly TaskRow[], random: Random): TaskRow[] =>
  randomPermutation(random, rows.length).map((index) => rows[index]!);

/** `count` different training rows. `setting`: what asks for them, for the message when there are fewer. */
export function trainingRows(
  task: Task,
  seed: number,
  purpose: string,
  count: number,
  setting = "examples",
): TaskRow[] {
  return uniqueRows(task, randomStream(seed, "training", purpose), false, count, setting);
}

export interface StepRows {
  readonly count: number;
  /** 0-based; later rounds of a step draw other rows. */
  readonly round?: number;
  /** Prompts that are not drawn any more. */
  readonly retired?: ReadonlySet<string>;
  /** Probability that a drawn row is taken. Set, a dataset is drawn from at random too. */
  readonly weight?: (row: TaskRow) => number;
}

/**
 * Training rows of one step, 1-based. Drawn prompts are fresh, and one may come again in a later step; a dataset is gone through in epochs, each
 * in an order of its own. Which rows a step sees follows from its number (and what is retired) alone. Later rounds, and places of retired
 * rows, get rows of a dataset at random.
 */
export function stepRows(
  task: Task,
  seed: number,
  stage: string,
  step: number,
  { count, round = 0, retired = new Set(), weight }: StepRows,
): TaskRow[] {
  const { rows } = task;
  const random = randomStream(seed, "step", stage, step, ...(round === 0 ? [] : [round]));
  const taken = (draw: () => TaskRow): TaskRow => {
    for (let tries = 0; ; tries++) {
      const row = draw();
      if (!weight || tries >= fewTries || random() < weight(row)) return row;
    }
  };
  if (rows.kind === "drawn")
    return Array.from({ length: count }, () => taken(() => drawRow(task, rows.row, random, false)));
  const left = retired.size === 0 ? rows.training : rows.training.filter(({ prompt }) => !retired.has(prompt));
  if (left.length === 0) {
    throw new UserError(
      `All ${rows.training.length} training prompts are solved (no_resampling_pass_rate): there is nothing left to draw.`,
    );
  }
  if (round > 0 || weight)
    return Array.from({ length: count }, () => taken(() => left[randomInteger(random, 0, left.length - 1)]!));
  const epochs = new Map<number, TaskRow[]>();
  return Array.from({ length: count }, (_, index) => {
    const position = (step - 1) * count + index;
    const epoch = Math.floor(position / rows.training.length);
    const order = epochs.get(epoch) ?? shuffled(rows.training, randomStream(seed, "epoch", stage, epoch));
    epochs.set(epoch, order);
    const row = order[position % rows.training.length]!;
    return retired.has(row.prompt) ? left[randomInteger(random, 0, left.length - 1)]! : row;
  });
}

/**
 * The first `count` held-out rows: the same for every stage and step of a seed. `setting`: what asks for them, for the message when there are fewer.
 */
export function heldOutRows(task: Task, seed: number, count: number, setting = "evaluation.prompts"): TaskRow[] {
  return uniqueRows(task, randomStream(seed, "held-out"), true, count, setting);
}

/** As {@link trainingRows}, but as many as there are where there are fewer. */
export const trainingRowsUpTo = (task: Task, seed: number, purpose: string, most: number): TaskRow[] =>
  differentRows(task, randomStream(seed, "training", purpose), false, most);

/** Rows that a stage learns from: as many as its recipe asks for, or, where that is null, as many as there are, up to `most`. */
export const rowsToTrain = (
  task: Task,
  seed: number,
  purpose: string,
  { asked, setting, most }: { readonly asked: number | null; readonly setting: string; readonly most: number },
): TaskRow[] =>
  asked === null ? trainingRowsUpTo(task, seed, purpose, most) : trainingRows(task, seed, purpose, asked, setting);

/** As {@link heldOutRows} of the rows that may be taken, but as many as there are where there are fewer. */
export const heldOutRowsUpTo = (task: Task, seed: number, most: number, mayTake = any): TaskRow[] =>
  differentRows(task, randomStream(seed, "held-out"), true, most, mayTake);
