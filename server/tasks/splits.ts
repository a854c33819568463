/**
 * Training and held-out prompts never meet: which side a prompt is on follows from a hash of its text alone, whatever the seed, the stage or
 * the order it is drawn in.
 */
import { hashText, randomStream } from "../algorithms/random";
import type { Random } from "../algorithms/random";
import type { Task, TaskRow } from "./task";

/** One prompt in so many is held out. */
const heldOutShare = 16;
const heldOutSalt = 0x4e1d;

export function isHeldOut(prompt: string): boolean {
  return hashText(prompt, heldOutSalt) % heldOutShare === 0;
}

/** Draws in vain before a task counts as exhausted. */
const patience = 20_000;

/** A row of one side of the split. */
function drawRow(task: Task, random: Random, heldOut: boolean): TaskRow {
  for (let tries = 0; tries < patience; tries++) {
    const row = task.row(random);
    if (isHeldOut(row.prompt) === heldOut) return row;
  }
  throw new Error(
    `The task ${task.name} has no ${heldOut ? "held-out" : "training"} prompts with these settings: make it larger (more terms or operands).`,
  );
}

function drawUnique(task: Task, random: Random, heldOut: boolean, count: number, setting: string): TaskRow[] {
  const rows = new Map<string, TaskRow>();
  for (let vain = 0; rows.size < count;) {
    const row = drawRow(task, random, heldOut);
    if (rows.has(row.prompt)) {
      if (++vain > patience) {
        throw new Error(
          `The task ${task.name} has only about ${rows.size} different ${heldOut ? "held-out" : "training"} prompts with these settings; ` +
            `\`${setting}\` asks for ${count}.`,
        );
      }
      continue;
    }
    vain = 0;
    rows.set(row.prompt, row);
  }
  return [...rows.values()];
}

/** `count` different training rows. */
export function trainingRows(task: Task, seed: number, purpose: string, count: number): TaskRow[] {
  return drawUnique(task, randomStream(seed, "training", purpose), false, count, "examples");
}

/** Fresh training rows of one step; a prompt may come again in a later step. */
export function stepRows(task: Task, seed: number, stage: string, step: number, count: number): TaskRow[] {
  const random = randomStream(seed, "step", stage, step);
  return Array.from({ length: count }, () => drawRow(task, random, false));
}

/** The first `count` held-out rows: the same for every stage and step of a seed. */
export function heldOutRows(task: Task, seed: number, count: number): TaskRow[] {
  return drawUnique(task, randomStream(seed, "held-out"), true, count, "evaluation.prompts");
}
