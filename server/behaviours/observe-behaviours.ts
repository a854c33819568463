/** What one rollout does: what the curves, the view and a report add up. */
import { behaviours, detectBehaviours, type Detected, type WordLists } from "./detect";
import { detectErrors } from "./error-detection";
import { measures, type Measure } from "../protocol/behaviours";
import type { StepLabel } from "../tasks/task";
import { thinkingSpan } from "../verifiers/format/split-reasoning";

export interface ObservedRollout {
  readonly completion: string;
  /** Null: not judged. */
  readonly correct: boolean | null;
  /** Tokens of the thinking. */
  readonly thinkingTokens: number;
  /** Labels of the steps of a thinking; null where the task has none. */
  readonly labelSteps: ((thinking: string) => readonly StepLabel[]) | null;
}

export interface Observation {
  readonly found: Detected;
  /** Steps that are flagged, offsets in the completion. */
  readonly flags: readonly { readonly start: number; readonly end: number; readonly correct: boolean }[];
  /** `[2 · measures]`: of each measure what is counted, and of how many. */
  readonly sums: Float64Array;
}

/** Places of a measure's two sums. */
export const sumPlace: Readonly<Record<Measure, number>> = Object.fromEntries(
  measures.map((measure, index) => [measure, 2 * index]),
) as Record<Measure, number>;

export const noSums = (): Float64Array => new Float64Array(2 * measures.length);

export function addSums(target: Float64Array, sums: Float64Array): void {
  for (let place = 0; place < sums.length; place++) target[place]! += sums[place]!;
}

/** The text that is looked at and where it begins: the thinking, without tags the whole completion. */
export function lookedAt(completion: string): { readonly text: string; readonly start: number } {
  const span = thinkingSpan(completion);
  return span === null
    ? { text: completion, start: 0 }
    : { text: completion.slice(span.start, span.end), start: span.start };
}

export function observe(
  { completion, correct, thinkingTokens, labelSteps }: ObservedRollout,
  lists?: WordLists,
): Observation {
  const found = detectBehaviours(completion, lists);
  const { text, start } = lookedAt(completion);
  const sums = noSums();
  const add = (measure: Measure, sum: number, of: number): void => {
    sums[sumPlace[measure]]! += sum;
    sums[sumPlace[measure] + 1]! += of;
  };
  for (const behaviour of behaviours) add(behaviour, found[behaviour].length > 0 ? 1 : 0, 1);
  add("reflection-words", 1000 * found.reflection.length, text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0);
  if (correct !== null) add(correct ? "length-right" : "length-wrong", thinkingTokens, 1);
  if (!labelSteps) return { found, flags: [], sums };
  const steps = labelSteps(text);
  const errors = detectErrors([{ thinking: text, steps }]);
  add("flags-wrong", errors.wrong.flagged, errors.wrong.of);
  add("flags-right", errors.correct.flagged, errors.correct.of);
  const flags = steps
    .filter(({ end }) => text[end] === "?")
    .map((step) => ({ start: start + step.start, end: start + step.end + 1, correct: step.correct }));
  return { found, flags, sums };
}

/** `behaviour/*` of a step's rollouts; null where a measure rests on nothing. */
export function behaviourMetrics(rollouts: readonly ObservedRollout[]): Record<string, number | null> {
  const sums = noSums();
  for (const rollout of rollouts) addSums(sums, observe(rollout).sums);
  return Object.fromEntries(
    measures.map((measure) => {
      const [sum, of] = [sums[sumPlace[measure]]!, sums[sumPlace[measure] + 1]!];
      return [`behaviour/${measure.replaceAll("-", "_")}`, of === 0 ? null : sum / of];
    }),
  );
}
