/** Has rewards score texts, each as often as it is new: the same text of the same prompt is scored once. */
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import type { RewardPool } from "../processes/rewards/reward-pool";
import type { Subject } from "./subject";

export interface Asked {
  readonly subject: Subject;
  readonly text: string;
}

export interface ScoredTexts {
  /** Scores what is new. */
  readonly score: (asked: readonly Asked[]) => Promise<void>;
  /** Of a reward, by its name. Throws for a text that was not scored. */
  readonly of: (reward: string, asked: Asked) => RewardOutcome;
  readonly count: () => number;
  readonly errors: (reward: string) => number;
}

/** Seconds that one text may take. */
const secondsPerText = 5;

/** `beside`: what stands in a group with the text, for rewards that compare. */
export function scoredTexts(pool: RewardPool, beside: (subject: Subject) => readonly string[]): ScoredTexts {
  const outcomes = new Map<string, Readonly<Record<string, RewardOutcome>>>();
  const keyOf = ({ subject, text }: Asked): string => JSON.stringify([subject.prompt, subject.answer, text]);
  return {
    async score(asked) {
      const fresh = [...new Map(asked.map((one) => [keyOf(one), one])).values()].filter(
        (one) => !outcomes.has(keyOf(one)),
      );
      if (fresh.length === 0) return;
      const scored = await pool.score(
        fresh.map(({ subject, text }) => groupOf(subject, [text, ...beside(subject)])),
        secondsPerText,
      );
      for (const [index, one] of fresh.entries())
        outcomes.set(
          keyOf(one),
          Object.fromEntries(Object.entries(scored.outcomes).map(([name, groups]) => [name, groups[index]![0]!])),
        );
    },
    of(reward, asked) {
      const found = outcomes.get(keyOf(asked))?.[reward];
      if (!found) throw new Error(`${reward} did not score ${JSON.stringify(asked.text.slice(0, 100))}.`);
      return found;
    },
    count: () => outcomes.size,
    errors: (reward) => [...outcomes.values()].filter((one) => one[reward]?.kind === "error").length,
  };
}

export const groupOf = ({ prompt, answer, row }: Subject, completions: readonly string[]): ScoreGroup => ({
  prompt,
  answer,
  row: { ...row },
  completions: [...completions],
});

export const scoreOf = (outcome: RewardOutcome): number | null => (outcome.kind === "score" ? outcome.score : null);
