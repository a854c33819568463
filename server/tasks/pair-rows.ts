/** Preference pairs of a file: TRL's `prompt`, `chosen` and `rejected`, as texts or as messages, with a `margin` if they have one. */
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { spoken, type ChatMessage } from "../protocol/conversation";
import { readRows, type PlacedRow } from "../rows/read-rows";
import { columnNames, describeIssue, numberOf, textOf, valueOf, type Columns } from "../rows/row";
import { answerOf, askedBy, messagesIn, refuseTurns, unreadKeysText } from "./conversation";
import type { SaidPrompt, UnreadKeys } from "./conversation";
import type { Place } from "./task";
import { UserError } from "../shared/user-error";

export interface PairRow extends SaidPrompt {
  readonly chosen: string;
  readonly rejected: string;
  /** The messages that they stand in, where thinking stands apart in one of them. */
  readonly turns?: { readonly chosen: ChatMessage; readonly rejected: ChatMessage } | undefined;
  readonly tags: readonly string[];
  /** By how much the chosen one is the better, as people said it; null: the row has none. */
  readonly margin: number | null;
  readonly place: Place;
}

const side = z.union([z.string(), z.array(z.unknown())], "must be text, or a list of messages");
const rowSchema = z.object({
  prompt: side.optional(),
  chosen: side,
  rejected: side,
  tags: z.array(z.string(), "must be a list of texts").default([]),
});

/** A prompt as text or as messages. */
function askedIn(columns: Columns, unread: UnreadKeys): SaidPrompt {
  if (Array.isArray(valueOf(columns, "prompt"))) return askedBy(messagesIn(columns, "prompt", unread));
  const prompt = textOf(columns, "prompt");
  if (prompt === null) throw new UserError('"prompt" is missing');
  return { prompt };
}

/** Where texts cease to be the same, white space before that aside: TRL's rule for pairs with an implicit prompt. */
function sharedLength(chosen: string, rejected: string): number {
  let at = 0;
  while (at < chosen.length && chosen[at] === rejected[at]) at++;
  // Half of a character is none.
  if (/[\ud800-\udbff]/.test(chosen[at - 1] ?? "")) at--;
  return chosen[at - 1] === " " ? at - 1 : at;
}

/** Chosen and rejected as texts without a prompt of their own: what both begin with is the prompt. */
function fromTexts(chosen: string, rejected: string, chat: boolean): Said {
  const at = sharedLength(chosen, rejected);
  const advice = 'Add a column "prompt", and leave it out of chosen and rejected';
  if (at === 0) throw new UserError(`"prompt" is missing, and chosen and rejected do not begin alike. ${advice}`);
  if (at >= Math.min(chosen.length, rejected.length))
    throw new UserError(`"prompt" is missing, and one of chosen and rejected is the beginning of the other. ${advice}`);
  if (chat)
    throw new UserError(
      `"prompt" is missing, and no chat template can be put around what chosen and rejected begin with. ${advice}; or give all as messages`,
    );
  return { prompt: chosen.slice(0, at), chosen: chosen.slice(at), rejected: rejected.slice(at) };
}

type Said = SaidPrompt & Pick<PairRow, "chosen" | "rejected" | "turns">;

/** Chosen and rejected as messages: the answers alone, or whole conversations that begin alike, as TRL's pairs with an implicit prompt. */
function fromMessages(columns: Columns, unread: UnreadKeys): Said {
  const [chosen, rejected] = [messagesIn(columns, "chosen", unread), messagesIn(columns, "rejected", unread)];
  const answers = (from: number): Pick<PairRow, "chosen" | "rejected" | "turns"> => {
    const turns = {
      chosen: answerOf(chosen.slice(from), "chosen"),
      rejected: answerOf(rejected.slice(from), "rejected"),
    };
    const thinks = [turns.chosen, turns.rejected].some(({ reasoning_content }) => reasoning_content !== undefined);
    return { chosen: spoken(turns.chosen), rejected: spoken(turns.rejected), ...(thinks ? { turns } : {}) };
  };
  if (chosen[0]!.role === "assistant") return { ...askedIn(columns, unread), ...answers(0) };
  const most = Math.min(chosen.length, rejected.length) - 1;
  let shared = 0;
  while (shared < most && isDeepStrictEqual(chosen[shared], rejected[shared])) shared++;
  if (shared === 0)
    throw new UserError("chosen and rejected do not begin with the same messages, which would be their prompt");
  const asked = askedBy(chosen.slice(0, shared));
  if (columns["prompt"] != null) {
    const given = askedIn(columns, unread);
    const last = chosen[shared - 1]!.content;
    if (given.prompt !== asked.prompt && given.prompt !== last)
      throw new UserError("prompt is not what chosen and rejected begin with: leave one of them");
  }
  return { ...asked, ...answers(shared) };
}

/** Throws with what is wrong, without the place. */
function readPair({ columns, file, line }: PlacedRow, chat: boolean, unread: UnreadKeys): PairRow {
  const parsed = rowSchema.safeParse(columns);
  if (!parsed.success)
    throw new UserError(
      `${describeIssue(parsed.error.issues[0]!, columns)}; a pair has prompt, chosen and rejected. This row has: ${columnNames(columns)}`,
    );
  const { chosen, rejected, tags } = parsed.data;
  if (typeof chosen !== typeof rejected)
    throw new UserError("chosen and rejected must both be text, or both be messages");
  const said: Said =
    typeof chosen === "string" && typeof rejected === "string"
      ? columns["prompt"] == null && chosen !== rejected
        ? fromTexts(chosen, rejected, chat)
        : { ...askedIn(columns, unread), chosen, rejected }
      : fromMessages(columns, unread);
  for (const column of ["prompt", "chosen", "rejected"] as const)
    if (column === "prompt" ? said.prompt.trim() === "" : said[column] === "")
      throw new UserError(`"${column}" is empty`);
  refuseTurns(said, chat);
  const margin = columns["margin"] == null ? null : numberOf(columns, "margin");
  if (columns["margin"] != null && margin === null) throw new UserError('"margin" must be a number');
  return { ...said, tags, margin, place: { file, line } };
}

export interface PairFile {
  readonly pairs: readonly PairRow[];
  /** What was left out of it, in sentences. */
  readonly notes: readonly string[];
}

/** Pairs of a file, for a model with or without a chat template. Throws with `FILE:LINE` and what is wrong there. */
export function readPairRows(path: string, chat: boolean): PairFile {
  const unread: UnreadKeys = new Set();
  const pairs = readRows(path, "The labels", (row) => readPair(row, chat, unread));
  return { pairs, notes: unreadKeysText(path, unread) };
}
