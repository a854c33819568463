/** Turns a {@link TraceFilter} into SQL conditions with bound values. */
import type { SQLInputValue } from "node:sqlite";
import { dropReasons, type DropReason } from "../protocol/reports";
import { greedyTag, type TraceFilter } from "../protocol/traces";

export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Trigrams find texts of three characters and more; shorter ones are looked for row by row. */
const trigramLength = 3;

function textCondition(text: string): Condition[] {
  if (text === "") return [];
  if (Array.from(text).length < trigramLength)
    return [
      {
        sql: "(instr(lower(prompt), lower(?)) > 0 OR instr(lower(completion), lower(?)) > 0)",
        values: [text, text],
      },
    ];
  // Inside quotes, with quotes doubled, FTS5 knows no operators.
  return [
    {
      sql: "id IN (SELECT rowid FROM rollout_text WHERE rollout_text MATCH ?)",
      values: [`"${text.replaceAll('"', '""')}"`],
    },
  ];
}

/** Whether a row of `rollouts` was drawn: means, rates and spreads rest on no greedy completion. */
export const drawnRow = `tags NOT LIKE '%"${greedyTag}"%'`;

/** Whether no reward of the rollout's group differs from another. */
const flat = `(SELECT COUNT(*) = 0 OR MAX(f.reward) - MIN(f.reward) < 1e-9 FROM rollouts f WHERE f.stage = rollouts.stage
  AND f.step = rollouts.step AND f.purpose = rollouts.purpose AND f.group_index = rollouts.group_index AND f.reward IS NOT NULL AND f.${drawnRow})`;

const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0
    ? { sql: "1", values: [] }
    : { sql: conditions.map(({ sql }) => sql).join(" AND "), values: conditions.flatMap(({ values }) => values) };

/** Rollouts with the highest total reward of their step; it is looked up once a step, not once a rollout. */
const bestOfStep = (scope: Condition): Condition => ({
  sql: `id IN (SELECT r.id FROM rollouts r
    JOIN (SELECT stage, step, purpose, max(reward) AS best FROM rollouts WHERE ${scope.sql} GROUP BY stage, step, purpose) b
    USING (stage, step, purpose) WHERE r.reward >= b.best - 1e-9)`,
  values: scope.values,
});

/**
 * Rollouts whose reward is in the upper (`>=`) or lower (`<`) half of what the rewards of their stage and purpose range over: in a step that is all
 * wrong, or all rewarded alike, the best reward of the step says nothing.
 */
const inHalf = (comparison: ">=" | "<"): string =>
  `id IN (SELECT r.id FROM rollouts r
    JOIN (SELECT stage, purpose, min(reward) AS low, max(reward) AS high FROM rollouts GROUP BY stage, purpose) h
    USING (stage, purpose) WHERE h.high - h.low > 1e-9 AND r.reward ${comparison} (h.low + h.high) / 2)`;

/**
 * SQL of a rollout's verdict: 1, 0, or NULL where nothing is known. Of rollouts without one of their own (older versions stored none) only what
 * follows for certain: evaluations judged theirs, what was cut off is not right, and what is the gold answer sign for sign is.
 *
 * @param signs whether a run's tasks hold answers against the gold one sign for sign: then what is another answer is wrong
 */
export const verdictOf = (stored: boolean, signs: boolean): string => `COALESCE(${stored ? "correct, " : ""}CASE
  WHEN purpose <> 'train' AND (SELECT count(*) FROM json_each(rewards)) = 1 THEN json_extract(rewards, '$.right.score') END, CASE
  WHEN finish_reason = 'length' THEN 0
  WHEN extracted IS NOT NULL AND trim(extracted) = trim(answer) THEN 1
  ${signs ? "ELSE 0" : ""} END)`;

const isDropReason = (show: TraceFilter["show"]): show is DropReason => dropReasons.some((reason) => reason === show);

/** Condition that a rollout fulfils which the filter asks for. `verdict`: see {@link verdictOf}. */
export function rolloutCondition(filter: TraceFilter, verdict: string): Condition {
  const equal = (column: string, value: string | number | null): Condition[] =>
    value === null ? [] : [{ sql: `${column} = ?`, values: [value] }];
  const plain = (sql: string): Condition[] => [{ sql, values: [] }];
  const steps = [...equal("stage", filter.stage), ...equal("step", filter.step), ...equal("purpose", filter.purpose)];
  const shows: Readonly<Record<Exclude<TraceFilter["show"], DropReason>, readonly Condition[]>> = {
    all: [],
    right: plain(`${verdict} = 1`),
    wrong: plain(`${verdict} = 0`),
    "not-judged": plain(`${verdict} IS NULL`),
    best: [bestOfStep(all(steps))],
    "high-but-wrong": plain(`${verdict} = 0 AND ${inHalf(">=")}`),
    "low-but-right": plain(`${verdict} = 1 AND ${inHalf("<")}`),
    truncated: plain("finish_reason = 'length'"),
    error: plain("errors > 0"),
    "no-signal": plain(flat),
    kept: plain(`tags LIKE '%"kept"%'`),
    refused: plain(`tags LIKE '%"refused"%'`),
  };
  // Tags of what was refused are "refused" and `REASON: DETAIL`. Reasons are words of ours, so that they can stand in the statement.
  const shown = isDropReason(filter.show) ? plain(`tags LIKE '["refused","${filter.show}: %'`) : shows[filter.show];
  return all([...steps, ...equal("group_index", filter.group), ...textCondition(filter.text), ...shown]);
}
