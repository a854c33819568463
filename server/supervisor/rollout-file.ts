/** Reads a file of rollouts line by line, however long it is. */
import { createReadStream, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseRolloutLine, type RolloutLine } from "../rewards/rollout-lines";

/** Lines that are not blank, with their numbers from 1. */
async function* linesOf(file: string): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) {
    line++;
    const plain = line === 1 ? text.replace(/^\ufeff/, "") : text;
    if (plain.trim() !== "") yield { text: plain, line };
  }
}

/** Number of rollouts in a file. Throws an Error for people that says the first bad line, and how many more there are. */
export async function checkRolloutFile(file: string): Promise<number> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`There is no file ${file}.`);
  let rollouts = 0;
  let bad = 0;
  let first = "";
  for await (const { text, line } of linesOf(file)) {
    const parsed = parseRolloutLine(text, line);
    if ("rollout" in parsed) rollouts++;
    else if (bad++ === 0) first = `${file}:${line}: ${parsed.problem}`;
  }
  if (bad > 0)
    throw new Error(bad === 1 ? first : `${first} (${bad - 1} more line${bad === 2 ? " is" : "s are"} wrong as well.)`);
  if (rollouts === 0) throw new Error(`${file} has no rollouts.`);
  return rollouts;
}

export type RolloutGroup = readonly [RolloutLine, ...RolloutLine[]];

/**
 * Groups of a file that has been checked, in its order; with `single`, each rollout is a group of its own. Throws an Error for people when the
 * file has changed and is wrong now.
 */
export async function* rolloutGroups(file: string, single: boolean): AsyncGenerator<RolloutGroup, undefined> {
  let group: [RolloutLine, ...RolloutLine[]] | null = null;
  for await (const { text, line } of linesOf(file)) {
    const parsed = parseRolloutLine(text, line);
    if ("problem" in parsed) throw new Error(`${file}:${line}: ${parsed.problem}`);
    const { rollout } = parsed;
    if (!single && group?.[0].group === rollout.group) group.push(rollout);
    else {
      if (group) yield group;
      group = [rollout];
    }
  }
  if (group) yield group;
  return undefined;
}
