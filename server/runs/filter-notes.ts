/** What people wrote on rollouts, as a filter asks for it: tags, beside those that a run gives, and notes. They stand in a file of their own, not in the store. */
import type { SQLInputValue } from "node:sqlite";
import type { RolloutFilter, TextField } from "../protocol/rollout-filter/fields";
import { escapePattern } from "../protocol/rollout-filter/search";
import type { RolloutNote } from "../protocol/rollout-notes";
import type { Condition, FilterContext } from "./filter-sql";

type TextFilter = Extract<RolloutFilter, { kind: "same" | "contains" | "matches" }>;
const fields: readonly TextField[] = ["tag", "note"];

export const asksForNotes = (filter: RolloutFilter): filter is TextFilter & { readonly field: "tag" | "note" } =>
  (filter.kind === "same" || filter.kind === "contains" || filter.kind === "matches") && fields.includes(filter.field);

/** Whether anything in a filter depends on what people wrote. */
export function readsNotes(filter: RolloutFilter | null): boolean {
  if (filter === null) return false;
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.parts.some(readsNotes);
    case "not":
      return readsNotes(filter.of);
    default:
      return asksForNotes(filter);
  }
}

/** Rows on which somebody wrote something of that kind. */
function written(notes: readonly RolloutNote[], holds: (note: RolloutNote) => boolean): Condition {
  const places = notes
    .filter(holds)
    .map(({ stage, step, purpose, group, sample }) => [stage, step, purpose, group, sample]);
  if (places.length === 0) return { sql: "0", values: [] };
  const columns = [0, 1, 2, 3, 4].map((at) => `json_extract(value, '$[${at}]')`).join(", ");
  return {
    sql: `((stage, step, purpose, group_index, sample) IN (SELECT ${columns} FROM json_each(?)))`,
    values: [JSON.stringify(places)],
  };
}

const textsOf = (field: TextField, { tags, note }: RolloutNote): readonly string[] =>
  field === "tag" ? tags : note === "" ? [] : [note];

/** Tags of the store that a condition on `value` holds for. */
const stored = (condition: string, ...values: SQLInputValue[]): Condition => ({
  sql: `(tags NOT IN ('', '[]') AND json_valid(tags) AND EXISTS (SELECT 1 FROM json_each(tags) WHERE ${condition}))`,
  values,
});

/** 1 where a row is as the filter asks; a rollout without a tag has not that one. */
export function notesCondition(filter: TextFilter, { notes, pattern }: FilterContext): Condition {
  const { field, negated } = filter;
  const either = (ofRun: Condition, holds: (text: string) => boolean): Condition => {
    const own = written(notes(), (note) => textsOf(field, note).some(holds));
    const parts = field === "tag" ? [ofRun, own] : [own];
    const sql = `(${parts.map((part) => part.sql).join(" OR ")})`;
    return { sql: negated ? `(NOT ${sql})` : sql, values: parts.flatMap((part) => part.values) };
  };
  if (filter.kind === "same") {
    const { value } = filter;
    if (value !== null) return either(stored("value = ?", value.toWellFormed()), (text) => text === value);
    const any = either(stored("1"), () => true);
    return { ...any, sql: `(NOT ${any.sql})` };
  }
  const { source, flags } =
    filter.kind === "matches" ? filter : { source: escapePattern(filter.text.toWellFormed()), flags: "iu" };
  const own = new RegExp(source, flags);
  return either(stored("matches_pattern(?, value)", pattern(source, flags)), (text) => own.test(text));
}
