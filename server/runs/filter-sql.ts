/** A filter as SQL over rows of `rollouts`. Values are bound; of the line itself nothing gets into a statement. */
import type { SQLInputValue } from "node:sqlite";
import type { Flag, NumberField, RolloutFilter, TextField } from "../protocol/rollout-filter/fields";
import { escapePattern } from "../protocol/rollout-filter/search";
import type { RolloutNote } from "../protocol/rollout-notes";
import { greedyTag } from "../protocol/traces";
import { asksForNotes, notesCondition } from "./filter-notes";

export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Between what the rewards of a stage and purpose lie. */
export interface RewardRange {
  readonly stage: string;
  readonly purpose: string;
  readonly low: number;
  readonly high: number;
}

export interface FilterContext {
  /** SQL of a rollout's verdict. */
  readonly verdict: string;
  /** Rows that are looked at; a condition on a step or a group is worked out once for all of them. */
  readonly scope: Condition;
  /** Ids among these rows whose prompt or completion has a text, by the full-text index; null: rows are so few that each is looked at. */
  readonly indexed: ((search: IndexedSearch) => readonly number[]) | null;
  readonly ranges: () => readonly RewardRange[];
  /** Groups with another answer than before, as JSON: `[[stage, step, group], …]`. */
  readonly changed: () => string;
  /** What people wrote on rollouts. */
  readonly notes: () => readonly RolloutNote[];
  /** Number of a regular expression, for the function `matches_pattern`. */
  readonly pattern: (source: string, flags: string) => number;
}

/** Whether a row of `rollouts` was drawn: means, rates and spreads rest on no greedy completion. */
export const drawnRow = `tags NOT LIKE '%"${greedyTag}"%'`;

/** Trigrams find texts of three characters and more; shorter ones are looked for row by row. */
const trigramLength = 3;

const plain = (sql: string, ...values: SQLInputValue[]): Condition => ({ sql, values });

/** Names that a path of JSON can hold as they are. */
const pathName = /^[^"\\\0]+$/;

const scoreOf = (reward: string): Condition =>
  pathName.test(reward)
    ? plain("json_extract(rewards, ?)", `$."${reward}".score`)
    : plain("(SELECT json_extract(value, '$.score') FROM json_each(rewards) WHERE key = ?)", reward.toWellFormed());

const messages = "(SELECT group_concat(json_extract(value, '$.message'), char(10)) FROM json_each(rewards))";

const numberColumns = (verdict: string): Readonly<Record<NumberField, string>> => ({
  reward: "reward",
  advantage: "advantage",
  correct: verdict,
  tokens: "nullif(length, -1)",
  errors: "errors",
  step: "step",
  group: "group_index",
  sample: "sample",
});

/** `text` is of two values; tags and notes are asked for by {@link notesCondition}. */
const textColumns: Readonly<Record<TextField, readonly string[]>> = {
  text: ["prompt", "completion"],
  prompt: ["prompt"],
  completion: ["completion"],
  answer: ["extracted"],
  gold: ["answer"],
  stage: ["stage"],
  purpose: ["purpose"],
  finish: ["finish_reason"],
  message: [messages],
  tag: [],
  note: [],
};

const indexed: readonly TextField[] = ["text", "prompt", "completion"];

/** Inside quotes, with quotes doubled, FTS5 knows no operators. */
const phrase = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const canBeIndexed = (text: string): boolean => Array.from(text).length >= trigramLength && !text.includes("\0");

const joined = (conditions: readonly Condition[], by: "AND" | "OR"): Condition => ({
  sql: `(${conditions.map(({ sql }) => sql).join(` ${by} `)})`,
  values: conditions.flatMap(({ values }) => values),
});
const any = (conditions: readonly Condition[]): Condition => joined(conditions, "OR");
const every = (conditions: readonly Condition[]): Condition => joined(conditions, "AND");

/**
 * Rows whose prompt or completion has a text, upper and lower case alike. By an expression: SQLite's own functions end a text at a null character, and
 * know the case of no letter beyond ASCII.
 */
function contains(field: TextField, given: string, { indexed: ids, pattern }: FilterContext): Condition {
  const text = given.toWellFormed();
  const search = ids === null ? null : indexedSearch(field, text);
  if (ids !== null && search !== null)
    return plain("id IN (SELECT value FROM json_each(?))", JSON.stringify(ids(search)));
  const number = pattern(escapePattern(text), "iu");
  return any(textColumns[field].map((column) => plain(`matches_pattern(?, ${column})`, number)));
}

/** What the full-text index is asked. */
export type IndexedSearch = string;

/** Null: the index knows nothing of such a field, or of a text that is so short. */
function indexedSearch(field: TextField, text: string): IndexedSearch | null {
  if (!indexed.includes(field) || !canBeIndexed(text)) return null;
  return field === "text" ? phrase(text) : `${field} : ${phrase(text)}`;
}

/** All that a filter asks of the full-text index. */
export function indexedSearches(filter: RolloutFilter | null): IndexedSearch[] {
  switch (filter?.kind) {
    case "and":
    case "or":
      return filter.parts.flatMap(indexedSearches);
    case "not":
      return indexedSearches(filter.of);
    case "contains": {
      const search = indexedSearch(filter.field, filter.text.toWellFormed());
      return search === null ? [] : [search];
    }
    default:
      return [];
  }
}

const groupColumns = "step, purpose, group_index";

function flagCondition(flag: Flag, context: FilterContext): Condition {
  const { verdict, scope } = context;
  switch (flag) {
    case "right":
      return plain(`coalesce(${verdict} = 1, 0)`);
    case "wrong":
      return plain(`coalesce(${verdict} = 0, 0)`);
    case "unjudged":
      return plain(`(${verdict} IS NULL)`);
    case "truncated":
      return plain("finish_reason = 'length'");
    case "error":
      return plain("errors > 0");
    case "kept":
    case "refused":
      return plain(`tags LIKE '%"${flag}"%'`);
    case "high":
    case "low": {
      const known = context.ranges().filter(({ low, high }) => high - low > 1e-9);
      if (known.length === 0) return plain("0");
      const middles = known.map(({ stage, purpose, low, high }) =>
        plain("WHEN stage = ? AND purpose = ? THEN ?", stage, purpose, (low + high) / 2),
      );
      return {
        sql: `coalesce(reward ${flag === "high" ? ">=" : "<"} CASE ${middles.map(({ sql }) => sql).join(" ")} END, 0)`,
        values: middles.flatMap(({ values }) => values),
      };
    }
    case "best":
      return {
        sql: `id IN (SELECT r.id FROM rollouts r
          JOIN (SELECT stage, step, purpose, max(reward) AS best FROM rollouts WHERE ${scope.sql} GROUP BY stage, step, purpose) b
          USING (stage, step, purpose) WHERE r.reward >= b.best - 1e-9)`,
        values: scope.values,
      };
    case "flat":
      return {
        sql: `(stage, ${groupColumns}) IN (SELECT stage, ${groupColumns} FROM rollouts WHERE ${scope.sql} GROUP BY stage, ${groupColumns}
          HAVING count(CASE WHEN ${drawnRow} THEN reward END) = 0
            OR max(CASE WHEN ${drawnRow} THEN reward END) - min(CASE WHEN ${drawnRow} THEN reward END) < 1e-9)`,
        values: scope.values,
      };
    case "changed":
      return plain(
        `(purpose = 'evaluation' AND (stage, step, group_index) IN
          (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)))`,
        context.changed(),
      );
  }
}

const turned = ({ sql, values }: Condition, negated: boolean): Condition =>
  negated ? { sql: `(NOT ${sql})`, values } : { sql, values };

/** 1 where a row is as the filter asks, 0 where it is not; never NULL. */
export function filterCondition(filter: RolloutFilter, context: FilterContext): Condition {
  if (asksForNotes(filter)) return notesCondition(filter, context);
  switch (filter.kind) {
    case "and":
    case "or": {
      const parts = filter.parts.map((part) => filterCondition(part, context));
      return filter.kind === "and" ? every(parts) : any(parts);
    }
    case "not":
      return turned(filterCondition(filter.of, context), true);
    case "flag":
      return flagCondition(filter.flag, context);
    case "number": {
      const { operand, comparison, value } = filter;
      const column =
        operand.kind === "score" ? scoreOf(operand.reward) : plain(numberColumns(context.verdict)[operand.field]);
      if (value === null) return { ...column, sql: `(${column.sql} IS ${comparison === "=" ? "" : "NOT "}NULL)` };
      return { sql: `coalesce(${column.sql} ${comparison} ?, 0)`, values: [...column.values, value] };
    }
    case "same": {
      const { field, value, negated } = filter;
      const columns = textColumns[field];
      if (value === null)
        return turned(plain(`(${columns.map((column) => `coalesce(${column}, '') = ''`).join(" AND ")})`), negated);
      const text = value.toWellFormed();
      // Of something that is not there neither holds.
      const each = columns.map((column) => plain(`coalesce(${column} ${negated ? "<>" : "="} ?, 0)`, text));
      return negated ? every(each) : any(each);
    }
    case "alike":
      return plain(
        `coalesce(${textColumns[filter.field][0]} ${filter.negated ? "<>" : "="} ${textColumns[filter.other][0]}, 0)`,
      );
    case "contains":
      return turned(contains(filter.field, filter.text, context), filter.negated);
    case "matches": {
      const number = context.pattern(filter.source, filter.flags);
      return turned(
        any(textColumns[filter.field].map((column) => plain(`matches_pattern(?, ${column})`, number))),
        filter.negated,
      );
    }
  }
}
