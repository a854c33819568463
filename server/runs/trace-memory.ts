/** What is known of a store of traces as long as it stays as it is: its steps, and the lists of groups that were asked for. */
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { statsOf } from "../files/workspace-file";
import { rolloutPurposeSchema } from "../protocol/traces";
import type { RewardRange } from "./filter-sql";
import type { FoundGroups, StepRows } from "./trace-list";
import { countedStep, countedSteps } from "./trace-schema";

/** Lists that are kept. */
const mostLists = 6;

/** Steps that are counted one by one before all are. */
const mostTouched = 500;

export interface TraceMemory {
  readonly folder: string;
  file: number;
  stamp: string;
  steps: StepRows[] | null;
  readonly lists: Map<string, FoundGroups>;
  ranges: readonly RewardRange[] | null;
  changed: string | null;
  /** Whether every rollout has a verdict of its own. */
  judged: boolean | null;
}

export const traceMemory = (folder: string): TraceMemory => ({
  folder,
  file: -1,
  stamp: "",
  steps: null,
  lists: new Map(),
  ranges: null,
  changed: null,
  judged: null,
});

const stepRow = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
  first: z.int(),
  last: z.int(),
});

const keyOf = ({ stage, step, purpose }: Pick<StepRows, "stage" | "step" | "purpose">): string =>
  JSON.stringify([stage, step, purpose]);

/** The steps of the store, in order of the run. Of a store that has grown only what is new is counted. */
export function knownSteps(database: DatabaseSync, memory: TraceMemory, path: string): readonly StepRows[] {
  const stats = statsOf(path);
  const log = statsOf(`${path}-wal`);
  const stamp = [stats, log].map((one) => (one === null ? "none" : `${one.mtimeMs} ${one.size} ${one.ino}`)).join(" ");
  if (memory.steps !== null && memory.stamp === stamp) return memory.steps;
  const before = memory.file === (stats?.ino ?? -1) ? memory.steps : null;
  memory.lists.clear();
  memory.ranges = null;
  memory.changed = null;
  memory.judged = null;
  memory.file = stats?.ino ?? -1;
  // Taken before it is read: what is written meanwhile is looked at the next time.
  memory.stamp = stamp;
  memory.steps = (before === null ? null : grownSteps(database, before)) ?? allSteps(database);
  return memory.steps;
}

/** As the writer counted them; in stores of older versions they are counted now. */
function allSteps(database: DatabaseSync): StepRows[] {
  const counted = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'rollout_steps'").get() !== undefined;
  return database
    .prepare(
      `${counted ? "SELECT stage, step, purpose, rollouts, first, last FROM rollout_steps" : countedSteps} ORDER BY first`,
    )
    .all()
    .map((row) => stepRow.parse(row));
}

/** Null: too much has changed. */
function grownSteps(database: DatabaseSync, before: readonly StepRows[]): StepRows[] | null {
  const newest = before.reduce((most, { last }) => Math.max(most, last), 0);
  const key = stepRow.pick({ stage: true, step: true, purpose: true });
  const touched = database
    .prepare("SELECT stage, step, purpose FROM rollouts WHERE id > ? GROUP BY stage, step, purpose LIMIT ?")
    .all(newest, mostTouched)
    .map((row) => key.parse(row));
  if (touched.length === mostTouched) return null;
  const steps = new Map(before.map((step) => [keyOf(step), step]));
  const count = database.prepare(countedStep);
  for (const step of touched) steps.set(keyOf(step), stepRow.parse(count.get(step.stage, step.step, step.purpose)));
  return [...steps.values()].sort((a, b) => a.first - b.first);
}

/** What was found for a question before, or the beginning of it. The one that was asked for last is kept longest. */
export function keptList(memory: TraceMemory, key: string, begin: () => FoundGroups): FoundGroups {
  const known = memory.lists.get(key) ?? begin();
  memory.lists.delete(key);
  memory.lists.set(key, known);
  for (const old of [...memory.lists.keys()].slice(0, -mostLists)) memory.lists.delete(old);
  return known;
}

/** Whether the stored verdicts say all: then texts need not be looked at. */
export function allJudged(database: DatabaseSync, memory: TraceMemory): boolean {
  memory.judged ??= database.prepare("SELECT 1 FROM rollouts WHERE correct IS NULL LIMIT 1").get() === undefined;
  return memory.judged;
}

const rangeRow = z.object({ low: z.number().nullable(), high: z.number().nullable() });

/** Between what the rewards of each stage and purpose lie. */
export function knownRanges(database: DatabaseSync, memory: TraceMemory): readonly RewardRange[] {
  if (memory.ranges !== null) return memory.ranges;
  const kinds = new Map((memory.steps ?? []).map(({ stage, purpose }) => [`${stage}\n${purpose}`, { stage, purpose }]));
  // Apart, each is the end of an index.
  const ends = database.prepare(
    `SELECT (SELECT min(reward) FROM rollouts WHERE stage = ?1 AND purpose = ?2) AS low,
       (SELECT max(reward) FROM rollouts WHERE stage = ?1 AND purpose = ?2) AS high`,
  );
  memory.ranges = [...kinds.values()].flatMap(({ stage, purpose }): RewardRange[] => {
    const { low, high } = rangeRow.parse(ends.get(stage, purpose));
    return low === null || high === null ? [] : [{ stage, purpose, low, high }];
  });
  return memory.ranges;
}

const answerRow = z.object({
  stage: z.string(),
  step: z.int(),
  group: z.int(),
  prompt: z.string(),
  extracted: z.string().nullable(),
  greedy: z.int(),
});

/**
 * Groups of held-out prompts whose answer is another one than at the evaluation of the prompt before, as JSON. The answer of a group is that of its greedy
 * completion, else the most frequent one.
 */
export function knownChanges(database: DatabaseSync, memory: TraceMemory): string {
  if (memory.changed !== null) return memory.changed;
  const before = new Map<string, string | null>();
  const changed: (readonly [string, number, number])[] = [];
  let open: {
    readonly row: z.infer<typeof answerRow>;
    greedy: string | null | undefined;
    readonly votes: Map<string | null, number>;
  } | null = null;
  const close = (): void => {
    if (open === null) return;
    const { row, greedy, votes } = open;
    const [most = null] = [...votes].sort(([, a], [, b]) => b - a)[0] ?? [];
    const answer = greedy === undefined ? most : greedy;
    const key = `${row.stage}\n${row.prompt}`;
    if (before.has(key) && before.get(key) !== answer) changed.push([row.stage, row.step, row.group]);
    before.set(key, answer);
    open = null;
  };
  const rows = database
    .prepare(
      `SELECT stage, step, group_index AS "group", prompt, extracted, tags LIKE '%"greedy"%' AS greedy FROM rollouts
       WHERE purpose = 'evaluation' ORDER BY stage, step, group_index, sample`,
    )
    .iterate();
  for (const raw of rows) {
    const row = answerRow.parse(raw);
    if (open !== null && (open.row.stage !== row.stage || open.row.step !== row.step || open.row.group !== row.group))
      close();
    open ??= { row, greedy: undefined, votes: new Map() };
    if (row.greedy === 1) open.greedy = row.extracted;
    open.votes.set(row.extracted, (open.votes.get(row.extracted) ?? 0) + 1);
  }
  close();
  memory.changed = JSON.stringify(changed);
  return memory.changed;
}
