/** Turns a {@link TraceFilter} into SQL conditions with bound values. */
import type { SQLInputValue } from "node:sqlite";
import type { TraceFilter } from "../protocol/traces";

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

/** Highest total reward of the rollout's step. */
const best = `(SELECT MAX(b.reward) FROM rollouts b
  WHERE b.stage = rollouts.stage AND b.step = rollouts.step AND b.purpose = rollouts.purpose)`;

/** Whether no reward of the rollout's group differs from another. */
const flat = `(SELECT COUNT(*) = 0 OR MAX(f.reward) - MIN(f.reward) < 1e-9 FROM rollouts f WHERE f.stage = rollouts.stage
  AND f.step = rollouts.step AND f.purpose = rollouts.purpose AND f.group_index = rollouts.group_index AND f.reward IS NOT NULL)`;

const shows: Readonly<Record<TraceFilter["show"], string | null>> = {
  all: null,
  right: `reward >= ${best} - 1e-9`,
  wrong: `reward < ${best} - 1e-9`,
  truncated: "finish_reason = 'length'",
  error: "errors > 0",
  "no-signal": flat,
};

/** Condition that a rollout fulfils which the filter asks for. */
export function rolloutCondition(filter: TraceFilter): Condition {
  const equal = (column: string, value: string | number | null): Condition[] =>
    value === null ? [] : [{ sql: `${column} = ?`, values: [value] }];
  const show = shows[filter.show];
  const conditions = [
    ...equal("stage", filter.stage),
    ...equal("step", filter.step),
    ...equal("purpose", filter.purpose),
    ...equal("group_index", filter.group),
    ...textCondition(filter.text),
    ...(show === null ? [] : [{ sql: show, values: [] }]),
  ];
  if (conditions.length === 0) return { sql: "1", values: [] };
  return {
    sql: conditions.map(({ sql }) => sql).join(" AND "),
    values: conditions.flatMap(({ values }) => values),
  };
}
