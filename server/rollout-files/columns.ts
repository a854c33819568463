/** Which columns a table of rollouts has, and what they are by their names. */
import { createHash } from "node:crypto";
import type { ColumnMapping, FileColumn } from "../protocol/rollout-files";
import { numberOf, valueOf, type Columns } from "../rows/row";
import { parseMessages, textOfCell } from "./messages";

/** Characters of an example. */
const exampleLength = 120;

/** Columns that are looked at; a row may have as many as it likes. */
const mostColumns = 200;

type Kind = "text" | "messages" | "number" | "true or false" | "nothing" | "other";

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "true or false";
  return parseMessages(Array.isArray(value) ? value : [value]) === null ? "other" : "messages";
}

/** Names of the columns and of those within objects, one level down: `reward_model.ground_truth`. */
function namesOf(rows: readonly Columns[]): string[] {
  const names = new Set<string>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      names.add(name);
      if (kindOf(value) === "other" && !Array.isArray(value))
        for (const inner of Object.keys(value as object)) names.add(`${name}.${inner}`);
    }
  return [...names].slice(0, mostColumns);
}

const cut = (text: string): string => (text.length > exampleLength ? `${text.slice(0, exampleLength)}…` : text);

export interface KnownColumn extends FileColumn {
  readonly kinds: ReadonlySet<Kind>;
}

export function columnsIn(rows: readonly Columns[]): KnownColumn[] {
  return namesOf(rows).map((name) => {
    const values = rows.map((row) => valueOf(row, name));
    const kinds = new Set(values.map(kindOf));
    const first = values.find((value) => value !== null && value !== undefined);
    return {
      name,
      holds: [...kinds].sort((a, b) => Number(a === "nothing") - Number(b === "nothing")).join(" or "),
      example: first === undefined ? "" : cut(textOfCell(first) ?? JSON.stringify(first)),
      kinds,
    };
  });
}

/** What a choice of columns is remembered by. */
export const shapeOf = (columns: readonly FileColumn[]): string =>
  createHash("sha256")
    .update(JSON.stringify(columns.map(({ name }) => name).sort()))
    .digest("hex")
    .slice(0, 16);

const hasNumbers = ({ kinds }: KnownColumn): boolean => kinds.has("number") || kinds.has("true or false");

/** Of a column whose name says nothing. */
const isNumeric = (column: KnownColumn): boolean =>
  hasNumbers(column) && !column.kinds.has("text") && !column.kinds.has("other") && !column.kinds.has("messages");

const isText = ({ kinds }: KnownColumn): boolean => kinds.has("text") || kinds.has("messages");

/** Names that say what a column is, the likeliest first. */
const known = {
  prompt: ["prompt", "input", "question", "problem", "query", "instruction"],
  completion: ["completion", "output", "response", "generation", "prediction", "answer_text"],
  answer: [
    "answer",
    "gold",
    "gts",
    "ground_truth",
    "target",
    "reference",
    "solution",
    "reward_model.ground_truth",
    "label",
  ],
  correct: ["correct", "is_correct", "acc"],
  reward: ["reward", "score", "total_reward", "reward_total"],
  advantage: ["advantage", "advantages"],
  group: ["group", "group_id", "uid", "prompt_id", "example_id", "question_id"],
  step: ["step", "global_step", "training_step", "iteration"],
  tokens: ["tokens", "num_tokens", "completion_tokens", "length", "completion_length", "response_length"],
} as const;

/** By the names of the columns; null: nothing says where prompt and completion are. */
export function mappingOf(columns: readonly KnownColumn[]): ColumnMapping | null {
  const find = (what: keyof typeof known, fits: (column: KnownColumn) => boolean): string | null =>
    known[what].find((name) => columns.some((column) => column.name.toLowerCase() === name && fits(column))) ?? null;
  const exact = (found: string | null): string | null =>
    found === null ? null : (columns.find(({ name }) => name.toLowerCase() === found)?.name ?? null);
  const prompt = exact(find("prompt", isText));
  const completion = exact(find("completion", isText));
  if (prompt === null || completion === null) return null;
  const correct = exact(find("correct", hasNumbers));
  const reward = exact(find("reward", hasNumbers));
  const advantage = exact(find("advantage", hasNumbers));
  const step = exact(find("step", hasNumbers));
  const tokens = exact(find("tokens", hasNumbers));
  const group = exact(find("group", () => true));
  const taken = new Set([correct, reward, advantage, step, tokens, group]);
  const rewards = columns
    .filter(
      (column) => isNumeric(column) && !taken.has(column.name) && !column.name.includes(".") && !isIndex(column.name),
    )
    .map(({ name }) => name)
    .slice(0, 100);
  return {
    prompt,
    completion,
    answer: exact(find("answer", () => true)),
    correct,
    reward,
    rewards,
    advantage,
    group,
    step,
    tokens,
  };
}

/** Numbers that count rows and are no rewards; pandas writes its index as such a column. */
const isIndex = (name: string): boolean =>
  /^(?:__index_level_\d+__|index|id|idx|epoch|seed|rank|sample|sample_id|turn|num_turns)$/i.test(name);

/** A number in a cell, or true as 1. Undefined: there is something else. */
export function numberIn(columns: Columns, name: string): number | null | undefined {
  const value = valueOf(columns, name);
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  const number = numberOf(columns, name);
  if (number !== null) return number;
  // As Python writes what is none.
  return typeof value === "number" || (typeof value === "string" && /^(?:nan|none|null)$/i.test(value.trim()))
    ? null
    : undefined;
}
