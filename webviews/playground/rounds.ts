/** What was asked and what came of it, the newest first. */
import * as z from "zod";
import {
  playAnswerSchema,
  playPromptSchema,
  playScoresSchema,
  type PlayAnswer,
} from "../../server/protocol/playground";

export const roundSchema = z.object({
  id: z.int(),
  /** Folder of the run whose checkpoint answered; null: an older version of the page kept it, and it is not known. */
  run: z.string().nullable().default(null),
  checkpoint: z.string(),
  asked: playPromptSchema,
  /** Gold answer; null: none is known. */
  answer: z.string().nullable(),
  /** JSON of the row that the prompt is of; null: it is of none. */
  columns: z.string().nullable(),
  /** How its answers came about, for people. */
  how: z.string(),
  /** It has been asked for, and nothing is known of it yet: no ticket, no answer, no problem. */
  asking: z.boolean().default(false),
  /** Of a drawing under way. */
  ticket: z.int().nullable(),
  answers: z.array(playAnswerSchema),
  scores: playScoresSchema.nullable(),
  /** What it failed with. */
  problem: z.string().nullable(),
});
export type Round = z.infer<typeof roundSchema>;

/** Rounds that the page shows. */
export const most = 20;
/** Characters of rounds that outlive a hidden tab, about. */
const mostKept = 2_000_000;

export const withRound = (rounds: readonly Round[], round: Round): Round[] => [round, ...rounds].slice(0, most);

export const withChange = (rounds: readonly Round[], id: number, change: Partial<Round>): Round[] =>
  rounds.map((round) => (round.id === id ? { ...round, ...change } : round));

/** News of a drawing: new tokens behind those that are there, text and end as they are now. */
export function withNews(answers: readonly PlayAnswer[], news: readonly PlayAnswer[]): PlayAnswer[] {
  if (news.length === 0) return [...answers];
  return news.map((answer, index) => ({ ...answer, tokens: [...(answers[index]?.tokens ?? []), ...answer.tokens] }));
}

/**
 * The rounds that are kept when the tab is hidden: the newest, as far as there is room, of what can be heard of again.
 * `lost`: how many there is no room for; one that is too long leaves its room to the next.
 */
export function keptRounds(rounds: readonly Round[]): { readonly rounds: Round[]; readonly lost: number } {
  let room = mostKept;
  const known = rounds.filter(({ asking }) => !asking);
  const kept = known.filter((round) => {
    const size = JSON.stringify(round).length;
    if (size > room) return false;
    room -= size;
    return true;
  });
  return { rounds: kept, lost: known.length - kept.length };
}
