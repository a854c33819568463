/** A rollout as a file of another tool has it, and what is counted of what was left out. */
import type { RewardOutcome, RolloutPurpose } from "../protocol/traces";
import type { ForeignTokens } from "./foreign-tokens";

export interface ForeignRollout {
  readonly stage: string;
  readonly step: number;
  readonly purpose: RolloutPurpose;
  /** What the samples of one prompt have in common. */
  readonly group: string;
  readonly prompt: string;
  readonly completion: string;
  /** Gold answer; "": the file has none. */
  readonly answer: string;
  readonly extracted: string | null;
  /** Null: the file does not say. */
  readonly truncated: boolean | null;
  readonly correct: 0 | 1 | null;
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  readonly reward: number | null;
  readonly advantage: number | null;
  /** Tokens of the completion; null: the file does not say. */
  readonly tokens: number | null;
  readonly tags: readonly string[];
  /** Null: the file has none. */
  readonly perToken: ForeignTokens | null;
}

/** Counts by reason what was left out or changed, with the place where it came up first. */
export interface Omissions {
  add(reason: string, place: string): void;
  /** A sentence each, the most frequent first. */
  sentences(): string[];
}

/** How far a file is read. */
export interface Progress {
  /** Of lines of text; 0 in files that are none. */
  characters: number;
}

/** Reasons that are told apart: a file may have as many as lines. */
const mostReasons = 20;

export function omissions(): Omissions {
  const counts = new Map<string, { count: number; readonly place: string }>();
  return {
    add(reason, place) {
      const key = counts.has(reason) || counts.size < mostReasons ? reason : "Left out for other reasons";
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { count: 1, place });
    },
    sentences: () =>
      [...counts]
        .sort(([, a], [, b]) => b.count - a.count)
        .map(([reason, { count, place }]) => `${reason}: ${count.toLocaleString("en-US")}, first at ${place}.`),
  };
}
