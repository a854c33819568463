/** Rows that are longer than a model's positions, or than a stage allows: refused with their place, left out, or cut. */
import type { ModelConfig } from "../models/config";
import type { TokenSequence } from "../models/packing";
import type { Asked } from "../protocol/conversation";
import { amount } from "../shared/amount";
import { placeText, type Place } from "../tasks/task";
import type { StageContext } from "./context";
import { UserError } from "../shared/user-error";

export type OverlongRows = "refuse" | "drop" | "cut";

/** Settings of a stage that learns from whole sequences. */
export interface LengthSettings {
  readonly name: string;
  readonly overlong_rows: OverlongRows;
  readonly max_length?: number | undefined;
}

/** Of the message that ends a run before it trains. */
export class OverlongRowsError extends UserError {}

/** Most tokens of a sequence, and where that is said. */
export interface LengthLimit {
  readonly tokens: number;
  readonly text: string;
}

export function sequenceLimit(
  { max_position_embeddings: positions }: Pick<ModelConfig, "max_position_embeddings">,
  { max_length }: Pick<LengthSettings, "max_length">,
): LengthLimit {
  return max_length !== undefined && max_length < positions
    ? { tokens: max_length, text: `max_length (${amount(max_length)})` }
    : { tokens: positions, text: `the model's ${amount(positions)} positions (max_position_embeddings)` };
}

export const lengthOf = ({ prompt, completion }: TokenSequence): number => prompt.length + completion.length;

/** A row with what a model reads of it: one sequence, or the two of a pair. */
export interface Measured<S extends readonly TokenSequence[] = readonly TokenSequence[]> {
  readonly asked: Asked & { readonly place?: Place | undefined };
  readonly sides: S;
}

export interface Fitted<T> {
  readonly kept: readonly T[];
  /** Those that are too long, and not cut. */
  readonly dropped: readonly T[];
  /** How many of those that were kept were cut. */
  readonly cut: number;
}

const longestOf = ({ sides }: Measured): number => Math.max(...sides.map(lengthOf));

/** Without its end; null where nothing of the completion is left. */
function cutEnd<T extends TokenSequence>(sequence: T, tokens: number): T | null {
  if (lengthOf(sequence) <= tokens) return sequence;
  const left = tokens - sequence.prompt.length;
  return left < 1 ? null : { ...sequence, completion: Array.from(sequence.completion).slice(0, left) };
}

/** `pairs.jsonl:7`, or the beginning of a prompt that no file holds. */
export const askedAt = ({ prompt, place }: Measured["asked"]): string => {
  const short = prompt.length > 60 ? `${prompt.slice(0, 60)}…` : prompt;
  return place ? placeText(place) : `The prompt ${JSON.stringify(short)}`;
};

/**
 * Rows of a stage as it learns from them. `what`: the rows in words, `pairs` say. Throws an {@link OverlongRowsError} that names the first row that is
 * too long where the stage refuses such rows.
 */
export function fitRows<S extends TokenSequence, T extends Measured<readonly S[]>>(
  rows: readonly T[],
  stage: LengthSettings,
  limit: LengthLimit,
  what: string,
): Fitted<T> {
  const long = rows.filter((row) => longestOf(row) > limit.tokens);
  const [first] = long;
  if (!first) return { kept: rows, dropped: [], cut: 0 };
  if (stage.overlong_rows === "refuse") {
    const most = long.reduce((most, row) => Math.max(most, longestOf(row)), 0);
    const others =
      long.length === 1
        ? ""
        : ` ${amount(long.length)} of ${amount(rows.length)} ${what} are too long; the longest has ${amount(most)}.`;
    throw new OverlongRowsError(
      `${askedAt(first.asked)}: a row of stage ${stage.name} has ${amount(longestOf(first))} tokens, prompt and completion together, more than ` +
        `${limit.text}.${others} Set overlong_rows of the stage to "drop" to leave such rows out, or to "cut" to cut off their end; or shorten them, ` +
        "or take a model with more positions (of a new model: raise max_position_embeddings).",
    );
  }
  const dropped: T[] = [];
  let cut = 0;
  const kept = rows.flatMap((row): T[] => {
    if (longestOf(row) <= limit.tokens) return [row];
    const sides = stage.overlong_rows === "cut" ? row.sides.map((side) => cutEnd(side, limit.tokens)) : [null];
    if (sides.every((side) => side !== null)) {
      cut++;
      return [{ ...row, sides }];
    }
    dropped.push(row);
    return [];
  });
  return { kept, dropped, cut };
}

/** Says several sentences on one thing. */
export const remarkAll = (
  { remark }: Pick<StageContext, "remark">,
  about: string,
  sentences: readonly string[],
): void => sentences.forEach((sentence, index) => remark(`${about} ${index}`, sentence));

/** What was left out and cut, in sentences; none where all rows fit. */
export function fittedNotes({ kept, dropped, cut }: Fitted<unknown>, limit: LengthLimit, what: string): string[] {
  const all = amount(kept.length + dropped.length);
  const left = `${amount(dropped.length)} of ${all} ${what} left out: longer than ${limit.text}.`;
  const shortened = `${amount(cut)} of ${all} ${what} cut off at their end, without an end token: longer than ${limit.text}.`;
  return [...(dropped.length > 0 ? [left] : []), ...(cut > 0 ? [shortened] : [])];
}
