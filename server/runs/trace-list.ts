/**
 * Which groups a filter asks for: steps are looked at from the newest back, some at a time, so that the first page is there at once and the count follows. What
 * was found is kept while the store stays as it is.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import * as z from "zod";
import type { RolloutFilter } from "../protocol/rollout-filter/fields";
import {
  groupSummarySchema,
  rolloutPurposeSchema,
  type GroupSort,
  type GroupSummary,
  type StepIndexEntry,
  type TimelineBin,
} from "../protocol/traces";
import { drawnRow, filterCondition, indexedSearches, type Condition, type FilterContext } from "./filter-sql";

/** A step with the ids of its rollouts. */
export interface StepRows extends StepIndexEntry {
  readonly first: number;
  readonly last: number;
}

/** Which steps and group are looked at at all. */
export interface ListScope {
  readonly stage: string | null;
  readonly step: number | null;
  readonly purpose: StepIndexEntry["purpose"] | null;
  readonly group: number | null;
}

/** What has been found so far. Places in the lists belong together: `entry` is one of `steps`. */
export interface FoundGroups {
  readonly steps: readonly StepRows[];
  readonly entry: number[];
  readonly group: number[];
  readonly matching: number[];
  /** What is sorted by; empty: by the order in which they were found. */
  readonly value: (number | null)[];
  /** By step: matching rollouts, and the sum and number of their rewards. */
  readonly matchingOf: Float64Array;
  readonly rewardOf: Float64Array;
  readonly rewardedOf: Float64Array;
  /** What the full-text index was asked, by the search. */
  readonly texts: Map<string, FoundTexts>;
  /** Steps that were looked at. */
  looked: number;
  rollouts: number;
  /** Places in order, once all are found. */
  order: readonly number[] | null;
}

/** Ids that a search has, from the newest back. */
interface FoundTexts {
  readonly ids: number[];
  /** All from here on are known. */
  reached: number;
}

/** Newest stage first, then newest step; training before evaluation, as names are in order. */
export function stepsInScope(index: readonly StepRows[], scope: ListScope): StepRows[] {
  const began = new Map<string, number>();
  for (const { stage, first } of index) began.set(stage, Math.min(first, began.get(stage) ?? first));
  const fits = ({ stage, step, purpose }: StepRows): boolean =>
    (scope.stage === null || stage === scope.stage) &&
    (scope.step === null || step === scope.step) &&
    (scope.purpose === null || purpose === scope.purpose);
  return index
    .filter(fits)
    .sort(
      (a, b) =>
        began.get(b.stage)! - began.get(a.stage)! ||
        (a.stage < b.stage ? -1 : a.stage > b.stage ? 1 : 0) ||
        b.step - a.step ||
        (a.purpose < b.purpose ? 1 : a.purpose > b.purpose ? -1 : 0),
    );
}

export const foundNothing = (steps: readonly StepRows[]): FoundGroups => ({
  steps,
  entry: [],
  group: [],
  matching: [],
  value: [],
  matchingOf: new Float64Array(steps.length),
  rewardOf: new Float64Array(steps.length),
  rewardedOf: new Float64Array(steps.length),
  texts: new Map(),
  looked: 0,
  rollouts: 0,
  order: null,
});

const foundRow = z.object({
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  matching: z.int(),
  rewards: z.number().nullable(),
  rewarded: z.int(),
  value: z.number().nullable(),
});

/** Standard deviation with n − 1, as TRL's `reward_std`; 0 for a single sample. */
const deviationOf = (reward: string): string =>
  `CASE WHEN count(${reward}) > 0 THEN sqrt(max(0, sum(${reward} * ${reward}) - count(${reward}) * avg(${reward}) * avg(${reward})) / max(1, count(${reward}) - 1)) END`;

/** Of a group, of those that were drawn. */
const sortValue = (by: GroupSort["by"], verdict: string): string => {
  const drawn = (value: string): string => `CASE WHEN ${drawnRow} THEN ${value} END`;
  switch (by) {
    case "newest":
    case "matching":
      return "NULL";
    case "reward":
      return `avg(${drawn("reward")})`;
    case "spread":
      return deviationOf(`(${drawn("reward")})`);
    case "right":
      return `avg(${drawn(verdict)})`;
    case "tokens":
      return `avg(${drawn("nullif(length, -1)")})`;
    case "errors":
      return `sum(${drawn("errors")})`;
  }
};

export interface ListQuery {
  readonly scope: ListScope;
  readonly filter: RolloutFilter | null;
  readonly sort: GroupSort;
  readonly verdict: string;
  readonly context: Pick<FilterContext, "ranges" | "changed" | "notes" | "pattern">;
}

/** Of so few rollouts each is looked at: the index of full text takes longer to ask. */
const few = 5000;

const idRow = z.object({ id: z.int() });

/** Asks the index on, back to an id or until a moment; whether it got there. */
function searchBack(database: DatabaseSync, search: string, texts: FoundTexts, to: number, until: number): boolean {
  if (texts.reached <= to) return true;
  const rows = database
    .prepare("SELECT rowid AS id FROM rollout_text WHERE rollout_text MATCH ? AND rowid < ? ORDER BY rowid DESC")
    .iterate(search, texts.reached);
  for (const raw of rows) {
    const { id } = idRow.parse(raw);
    texts.ids.push(id);
    texts.reached = id;
    if (id <= to) return true;
    if (texts.ids.length % 256 === 0 && performance.now() >= until) return false;
  }
  texts.reached = 0;
  return true;
}

/** Asks the index for all that is left: to begin again behind what is known takes it longer the further back that is. */
function searchAll(database: DatabaseSync, search: string, texts: FoundTexts): void {
  const found = database
    .prepare(
      `SELECT json_group_array(id) AS ids FROM
         (SELECT rowid AS id FROM rollout_text WHERE rollout_text MATCH ? AND rowid < ? ORDER BY rowid DESC)`,
    )
    .get(search, texts.reached);
  const ids: unknown = JSON.parse(z.object({ ids: z.string() }).parse(found).ids);
  for (const id of z.array(z.int()).parse(ids)) texts.ids.push(id);
  texts.reached = 0;
}

/** Those of falling ids that lie between two. */
function between(ids: readonly number[], first: number, last: number): readonly number[] {
  const placeOf = (id: number): number => {
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ids[middle]! >= id) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return ids.slice(placeOf(last + 1), placeOf(first));
}

/** Steps of the first look, and how long a look should take, in milliseconds. */
const firstSteps = 16;
const lookTime = 40;

/**
 * Looks on for so many milliseconds, or, unless it is sorted, until `enough` groups are found. `paced` steps are looked at first; how many it should be next
 * time is what comes back.
 */
export function lookOn(
  database: DatabaseSync,
  query: ListQuery,
  found: FoundGroups,
  { enough, milliseconds }: { readonly enough: number; readonly milliseconds: number },
): void {
  const until = performance.now() + milliseconds;
  const sorted = query.sort.by !== "newest";
  let some = firstSteps;
  const searches = usesIndex(found) ? indexedSearches(query.filter) : [];
  while (found.looked < found.steps.length) {
    if (!sorted && found.entry.length >= enough) break;
    const began = performance.now();
    if (began >= until) break;
    const { first } = idsOf(nextSteps(found, some));
    const known = searches.every((search) => {
      const texts = found.texts.get(search) ?? { ids: [], reached: Number.MAX_SAFE_INTEGER };
      found.texts.set(search, texts);
      if (enough === Number.MAX_SAFE_INTEGER && texts.reached > 0) searchAll(database, search, texts);
      return searchBack(database, search, texts, first, until);
    });
    if (!known) break;
    lookAt(database, query, found, some);
    const took = performance.now() - began;
    if (took < lookTime) some *= 2;
    else if (took > 2 * lookTime) some = Math.max(1, some >> 1);
  }
  if (found.looked === found.steps.length) found.order ??= ordered(found, query.sort);
}

const usesIndex = ({ steps }: FoundGroups): boolean => steps.reduce((sum, { rollouts }) => sum + rollouts, 0) > few;

const idsOf = (steps: readonly StepRows[]): { readonly first: number; readonly last: number } => ({
  first: steps.reduce((least, { first }) => Math.min(least, first), Number.MAX_SAFE_INTEGER),
  last: steps.reduce((most, { last }) => Math.max(most, last), 0),
});

/** The next steps of one stage, at most so many, and all purposes of the last. */
function nextSteps({ steps, looked }: FoundGroups, most: number): readonly StepRows[] {
  const { stage } = steps[looked]!;
  let end = looked + 1;
  while (end < steps.length && end < looked + most && steps[end]!.stage === stage) end++;
  while (end < steps.length && steps[end]!.stage === stage && steps[end]!.step === steps[end - 1]!.step) end++;
  return steps.slice(looked, end);
}

function lookAt(database: DatabaseSync, query: ListQuery, found: FoundGroups, most: number): void {
  const { looked } = found;
  const taken = nextSteps(found, most);
  const { stage } = taken[0]!;
  const { scope: within, filter, sort, verdict, context } = query;
  const scope = rowsOf(stage, taken.at(-1)!.step, taken[0]!.step, within);
  const { first, last } = idsOf(taken);
  const indexed = usesIndex(found)
    ? (search: string): readonly number[] => between(found.texts.get(search)?.ids ?? [], first, last)
    : null;
  const condition = filter === null ? null : filterCondition(filter, { ...context, verdict, scope, indexed });
  const { sql, values } = statementOf(scope, condition, sort, verdict);
  const at = new Map(taken.map(({ step, purpose }, index) => [`${step} ${purpose}`, looked + index]));
  for (const raw of database.prepare(sql).all(...values)) {
    const row = foundRow.parse(raw);
    const entry = at.get(`${row.step} ${row.purpose}`);
    // Recorded since the steps were counted: the next list has it.
    if (entry === undefined) continue;
    found.entry.push(entry);
    found.group.push(row.group);
    found.matching.push(row.matching);
    if (sort.by !== "newest") found.value.push(sort.by === "matching" ? row.matching : row.value);
    found.rollouts += row.matching;
    found.matchingOf[entry]! += row.matching;
    found.rewardOf[entry]! += row.rewards ?? 0;
    found.rewardedOf[entry]! += row.rewarded;
  }
  found.looked = looked + taken.length;
}

function rowsOf(stage: string, from: number, to: number, { purpose, group }: ListScope): Condition {
  const parts: [string, SQLInputValue[]][] = [["stage = ? AND step BETWEEN ? AND ?", [stage, from, to]]];
  if (purpose !== null) parts.push(["purpose = ?", [purpose]]);
  if (group !== null) parts.push(["group_index = ?", [group]]);
  return { sql: parts.map(([sql]) => sql).join(" AND "), values: parts.flatMap(([, values]) => values) };
}

const keyColumns = "step, purpose, group_index";
const newestFirst = "ORDER BY step DESC, purpose DESC, group_index";

function statementOf(scope: Condition, condition: Condition | null, { by }: GroupSort, verdict: string): Condition {
  const columns = 'step, purpose, group_index AS "group"';
  // Only what is sorted needs the samples that do not match.
  if (by === "newest" || by === "matching" || condition === null)
    return {
      sql: `SELECT ${columns}, count(*) AS matching, sum(reward) AS rewards, count(reward) AS rewarded, ${sortValue(by, verdict)} AS value
        FROM rollouts WHERE ${scope.sql}${condition === null ? "" : ` AND ${condition.sql}`} GROUP BY ${keyColumns} ${newestFirst}`,
      values: [...scope.values, ...(condition?.values ?? [])],
    };
  return {
    sql: `SELECT ${columns}, sum(hit) AS matching, sum(CASE WHEN hit THEN reward END) AS rewards,
        count(CASE WHEN hit THEN reward END) AS rewarded, ${sortValue(by, verdict)} AS value
      FROM (SELECT *, ${condition.sql} AS hit FROM rollouts WHERE ${scope.sql}) GROUP BY ${keyColumns} HAVING sum(hit) > 0 ${newestFirst}`,
    values: [...condition.values, ...scope.values],
  };
}

/** Groups without a value stand last, equal ones as they were found. */
function ordered({ entry, value }: FoundGroups, { by, descending }: GroupSort): number[] {
  const places = entry.map((_, place) => place);
  if (by === "newest") return descending ? places : places.reverse();
  const sign = descending ? -1 : 1;
  return places.sort((a, b) => {
    const [left, right] = [value[a] ?? null, value[b] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    return sign * (left - right) || a - b;
  });
}

const summaryRow = groupSummarySchema.omit({ stage: true, step: true, purpose: true, group: true, matching: true });

/** A page of what has been found; of a list that is sorted nothing until all is found. */
export function pageOf(
  database: DatabaseSync,
  { sort, verdict }: Pick<ListQuery, "sort" | "verdict">,
  found: FoundGroups,
  offset: number,
  limit: number,
): GroupSummary[] {
  const inOrder = sort.by === "newest" && sort.descending;
  if (found.order === null && !inOrder) return [];
  const drawn = (value: string): string => `CASE WHEN ${drawnRow} THEN ${value} END`;
  const reward = `(${drawn("reward")})`;
  const statement = database.prepare(
    `SELECT min(prompt) AS prompt, min(answer) AS answer, count(${drawn("1")}) AS samples, avg(${reward}) AS rewardMean,
       ${deviationOf(reward)} AS rewardStd, avg(${drawn("nullif(length, -1)")}) AS lengthMean, coalesce(sum(${drawn("errors")}), 0) AS errors,
       coalesce(sum(${drawn(verdict)}), 0) AS right, count(${drawn(verdict)}) AS judged
     FROM rollouts WHERE stage = ? AND step = ? AND purpose = ? AND group_index = ?`,
  );
  const places = Array.from({ length: Math.max(0, Math.min(limit, found.entry.length - offset)) }, (_, index) =>
    found.order === null ? offset + index : found.order[offset + index]!,
  );
  return places.flatMap((place): GroupSummary[] => {
    const { stage, step, purpose } = found.steps[found.entry[place]!]!;
    const group = found.group[place]!;
    const parsed = summaryRow.safeParse(statement.get(stage, step, purpose, group));
    // Gone since: a step that is run again.
    if (!parsed.success) return [];
    return [{ stage, step, purpose, group, ...parsed.data, matching: found.matching[place]! }];
  });
}

/** What was found so far of a stage, in at most so many parts, the oldest step first. */
export function timelineOf(found: FoundGroups, most: number): TimelineBin[] {
  const { steps } = found;
  const size = Math.max(1, Math.ceil(steps.length / most));
  const bins: TimelineBin[] = [];
  for (let end = steps.length; end > 0; end -= size) {
    const from = Math.max(0, end - size);
    const sum = (values: (entry: number) => number): number => {
      let total = 0;
      for (let entry = from; entry < end; entry++) total += values(entry);
      return total;
    };
    const rewarded = sum((entry) => found.rewardedOf[entry]!);
    bins.push({
      from: steps[end - 1]!.step,
      to: steps[from]!.step,
      rollouts: sum((entry) => steps[entry]!.rollouts),
      matching: sum((entry) => found.matchingOf[entry]!),
      reward: rewarded === 0 ? null : sum((entry) => found.rewardOf[entry]!) / rewarded,
    });
  }
  return bins;
}
