/** Reads a file of rollouts row by row, however long it is. */
import { parseRollout, type RolloutLine } from "../rewards/rollout-lines";
import { placedRows } from "../rows/read-rows";
import { placeText } from "../tasks/task";
import { UserError } from "../shared/user-error";

export interface RolloutFile {
  readonly rollouts: number;
  /** Names that a column of any row has. */
  readonly columns: ReadonlySet<string>;
}

const what = "The file of rollouts";

/** Looks at every row. Throws an Error for people that says the first bad one, and how many more there are. */
export function checkRolloutFile(path: string): RolloutFile {
  let rollouts = 0;
  let bad = 0;
  let first = "";
  const columns = new Set<string>();
  for (const row of placedRows(path, what)) {
    const parsed = parseRollout(row);
    if ("rollout" in parsed) {
      rollouts++;
      for (const name of parsed.rollout.columns) columns.add(name);
    } else if (bad++ === 0) first = `${placeText(row)}: ${parsed.problem}`;
  }
  if (bad > 0)
    throw new UserError(
      bad === 1 ? first : `${first} (${bad - 1} more line${bad === 2 ? " is" : "s are"} wrong as well.)`,
    );
  if (rollouts === 0) throw new UserError(`${path} has no rollouts.`);
  return { rollouts, columns };
}

export type RolloutGroup = readonly [RolloutLine, ...RolloutLine[]];

/**
 * Groups of a file that has been checked, in its order; with `single`, each rollout is a group of its own. Throws an Error for people when the
 * file has changed and is wrong now.
 */
export function* rolloutGroups(path: string, single: boolean): Generator<RolloutGroup, undefined> {
  let group: [RolloutLine, ...RolloutLine[]] | null = null;
  for (const row of placedRows(path, what)) {
    const parsed = parseRollout(row);
    if ("problem" in parsed) throw new UserError(`${placeText(row)}: ${parsed.problem}`);
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
