/** Behaviours of many rollouts: how often, on how many they rest, and where to look. */
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { defaultWordLists, detectBehaviours } from "./detect";
import type { Behaviour, WordLists } from "./detect";

export interface JudgedRollout {
  /** How the caller finds it again. */
  readonly id: string | number;
  readonly completion: string;
  /** Null: not judged; it counts for behaviours, not for lengths of right and wrong. */
  readonly right: boolean | null;
  /** Tokens of the thinking; unset: UTF-16 units are counted. */
  readonly thinkingTokens?: number;
}

export interface Example {
  readonly id: string | number;
  /** Offsets in the completion, end excluded. */
  readonly start: number;
  readonly end: number;
}

export interface BehaviourCount {
  /** Rollouts that show it at least once. */
  readonly rollouts: number;
  readonly occurrences: number;
  /** `rollouts` / `of`; null of none. */
  readonly rate: number | null;
  /** Rollouts that were looked at. */
  readonly of: number;
  /** Share of right ones among the judged rollouts that show it; null when there are none. */
  readonly right: number | null;
  readonly examples: readonly Example[];
}

export interface MeanLength {
  /** Null of none. */
  readonly mean: number | null;
  readonly of: number;
}

export interface BehaviourSummary {
  readonly behaviours: Readonly<Record<Behaviour, BehaviourCount>>;
  /** Reflection words per thousand words of all thinkings; null without words. `of`: the words. */
  readonly reflectionPerThousandWords: { readonly value: number | null; readonly of: number };
  readonly lengthUnit: "tokens" | "characters";
  readonly lengthOfRight: MeanLength;
  readonly lengthOfWrong: MeanLength;
  /** Right rollouts with a self-correction, at the first one. */
  readonly ahaCandidates: readonly Example[];
}

/** `examples`: the most that are kept of each behaviour. */
export function summariseBehaviours(
  rollouts: readonly JudgedRollout[],
  { lists = defaultWordLists, examples = 50 }: { readonly lists?: WordLists; readonly examples?: number } = {},
): BehaviourSummary {
  const detected = rollouts.map((rollout) => ({ rollout, found: detectBehaviours(rollout.completion, lists) }));
  const count = (behaviour: Behaviour): BehaviourCount => {
    const showing = detected.filter(({ found }) => found[behaviour].length > 0);
    const judged = showing.filter(({ rollout }) => rollout.right !== null);
    return {
      rollouts: showing.length,
      occurrences: showing.reduce((sum, { found }) => sum + found[behaviour].length, 0),
      rate: rollouts.length === 0 ? null : showing.length / rollouts.length,
      of: rollouts.length,
      right: judged.length === 0 ? null : judged.filter(({ rollout }) => rollout.right).length / judged.length,
      examples: showing
        .flatMap(({ rollout, found }) => found[behaviour].map(({ start, end }) => ({ id: rollout.id, start, end })))
        .slice(0, examples),
    };
  };
  const all = {
    reflection: count("reflection"),
    "self-correction": count("self-correction"),
    alternative: count("alternative"),
    backtracking: count("backtracking"),
    "answer-change": count("answer-change"),
  };

  const thinkingOf = ({ completion }: JudgedRollout): string => splitReasoning(completion).thinking ?? completion;
  const words = rollouts.reduce((sum, rollout) => sum + (thinkingOf(rollout).match(/[\p{L}\p{N}]+/gu)?.length ?? 0), 0);
  const inTokens = rollouts.every(({ thinkingTokens }) => thinkingTokens !== undefined);
  const meanLength = (right: boolean): MeanLength => {
    const of = rollouts.filter((rollout) => rollout.right === right);
    const sum = of.reduce(
      (total, rollout) => total + (inTokens ? (rollout.thinkingTokens ?? 0) : thinkingOf(rollout).length),
      0,
    );
    return { mean: of.length === 0 ? null : sum / of.length, of: of.length };
  };
  return {
    behaviours: all,
    reflectionPerThousandWords: { value: words === 0 ? null : (1000 * all.reflection.occurrences) / words, of: words },
    lengthUnit: inTokens ? "tokens" : "characters",
    lengthOfRight: meanLength(true),
    lengthOfWrong: meanLength(false),
    ahaCandidates: detected
      .filter(({ rollout, found }) => rollout.right === true && found["self-correction"].length > 0)
      .map(({ rollout, found }) => ({
        id: rollout.id,
        start: found["self-correction"][0]!.start,
        end: found["self-correction"][0]!.end,
      })),
  };
}
