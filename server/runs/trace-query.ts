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

/** Rollouts with (`>=`) or without (`<`) the highest total reward of their step; it is looked up once a step, not once a rollout. */
const againstBest = (comparison: ">=" | "<", scope: Condition): Condition => ({
  sql: `id IN (SELECT r.id FROM rollouts r
    JOIN (SELECT stage, step, purpose, max(reward) AS best FROM rollouts WHERE ${scope.sql} GROUP BY stage, step, purpose) b
    USING (stage, step, purpose) WHERE r.reward ${comparison} b.best - 1e-9)`,
  values: scope.values,
});

const isDropReason = (show: TraceFilter["show"]): show is DropReason => dropReasons.some((reason) => reason === show);

/** Condition that a rollout fulfils which the filter asks for. */
export function rolloutCondition(filter: TraceFilter): Condition {
  const equal = (column: string, value: string | number | null): Condition[] =>
    value === null ? [] : [{ sql: `${column} = ?`, values: [value] }];
  const plain = (sql: string): Condition[] => [{ sql, values: [] }];
  const steps = [...equal("stage", filter.stage), ...equal("step", filter.step), ...equal("purpose", filter.purpose)];
  const shows: Readonly<Record<Exclude<TraceFilter["show"], DropReason>, readonly Condition[]>> = {
    all: [],
    right: [againstBest(">=", all(steps))],
    wrong: [againstBest("<", all(steps))],
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
